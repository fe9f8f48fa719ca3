// The step under way follows the cabinet: a new question is drawn anew, readings change in place,
// so that a button never moves away under the finger.
import { showAll } from "./times.js";

const now = document.getElementById("now");
let pending = false;
let latest = null;

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

// What the cabinet said while the page was being drawn is looked at afterwards: nothing may follow.
async function follow() {
  while (!pending && latest) {
    const detail = latest;
    latest = null;
    const drawn = now.querySelector("[data-key]");
    if (!drawn || drawn.dataset.key !== keyOf(detail)) await draw();
    else if (detail.commission && detail.commission.running && detail.commission.prompt) await change(detail.commission.prompt);
  }
}

function mark() {
  const here = document.querySelector(".marks [aria-current]");
  const outcome = now.querySelector("[data-mark]").dataset.mark;
  here.className = outcome;
  here.firstElementChild.textContent = { passed: "✓", failed: "✕", skipped: "–" }[outcome] ?? "";
}

async function change(prompt) {
  const bar = now.querySelector(".underway progress");
  if (bar && prompt.progress !== null) bar.value = prompt.progress;
  const shown = now.querySelectorAll(".readings dd");
  if (shown.length !== prompt.readings.length) { await draw(); return; }
  prompt.readings.forEach((reading, at) => {
    shown[at].querySelector("b").textContent = reading.text;
    shown[at].dataset.good = reading.good === null ? "" : String(reading.good);
    const meter = shown[at].querySelector("meter");
    if (meter && reading.value !== null) meter.value = reading.value;
  });
}

document.addEventListener("cabinet:status", ({ detail }) => { latest = detail; follow(); });
