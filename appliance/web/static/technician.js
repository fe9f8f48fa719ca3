// The traffic lights follow the cabinet.
import { showAll } from "./times.js";

const now = document.getElementById("now");
let known = null;
let pending = false;

document.addEventListener("cabinet:status", async ({ detail }) => {
  const key = JSON.stringify([detail.devices, detail.faults, detail.state]);
  const first = known === null;
  if (key === known || pending) return;
  known = key;
  if (first) return;
  pending = true;
  try {
    const answer = await fetch(now.dataset.url, { cache: "no-store" });
    if (answer.ok) { now.innerHTML = await answer.text(); showAll(now); } // escaped by the server's templates
  } catch { /* the lost banner says it */ } finally { pending = false; }
});
