// New figures as soon as a board is on record; nobody refreshes this page.
import { showAll } from "./times.js";

const figures = document.getElementById("figures");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
let board = null;
let pending = false;

async function bring() {
  if (pending) return;
  pending = true;
  try {
    const answer = await fetch(figures.dataset.url, { cache: "no-store" });
    if (!answer.ok) return;
    const focused = figures.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    figures.innerHTML = await answer.text(); // escaped by the server's templates
    showAll(figures);
    if (focused) [...figures.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
  } catch { /* the lost banner says it */ } finally { pending = false; }
}

// Zone first: "today" is the viewer's day, not the unit's.
if (zone && zone !== figures.dataset.zoneShown) bring();

document.addEventListener("cabinet:status", ({ detail: now }) => {
  const ended = now.inspection_id ?? (now.state === "empty" ? "empty" : null);
  if (ended === null || ended === board) return;
  const first = board === null;
  board = ended;
  if (!first) bring();
});
setInterval(() => { if (!document.hidden) bring(); }, 60000);
