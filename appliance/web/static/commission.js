// The step under way follows the cabinet: a new question is drawn anew, readings change in place,
// so that a button never moves away under the finger.
import { showAll } from "./times.js";

const now = document.getElementById("now");
let pending = false;

// As `_key` in commission.py.
function keyOf(status) {
  const view = status.commission;
  if (!view) return status.state;
  return `${status.state}/${view.step}/${view.number}/${view.running ? "run" : view.outcome}`;
}

async function draw() {
  pending = true;
  try {
    const answer = await fetch(now.dataset.url, { cache: "no-store" });
    if (answer.ok) { now.innerHTML = await answer.text(); showAll(now); mark(); } // escaped by the server's templates
  } catch { /* the lost banner says it */ } finally { pending = false; }
}

function mark() {
  const here = document.querySelector(".marks [aria-current]");
  const outcome = now.querySelector("[data-mark]").dataset.mark;
  here.className = outcome;
  here.firstElementChild.textContent = { passed: "✓", failed: "✕", skipped: "–" }[outcome] ?? "";
}

function change(prompt) {
  const bar = now.querySelector(".underway progress");
  if (bar && prompt.progress !== null) bar.value = prompt.progress;
  const shown = now.querySelectorAll(".readings dd");
  if (shown.length !== prompt.readings.length) { draw(); return; }
  prompt.readings.forEach((reading, at) => {
    shown[at].querySelector("b").textContent = reading.text;
    shown[at].dataset.good = reading.good === null ? "" : String(reading.good);
    const meter = shown[at].querySelector("meter");
    if (meter && reading.value !== null) meter.value = reading.value;
  });
}

document.addEventListener("cabinet:status", ({ detail }) => {
  if (pending) return;
  const drawn = now.querySelector("[data-key]");
  if (!drawn || drawn.dataset.key !== keyOf(detail)) draw();
  else if (detail.commission && detail.commission.running && detail.commission.prompt) change(detail.commission.prompt);
});
