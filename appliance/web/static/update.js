// The upload goes in pieces, each a request of its own; what breaks goes on where it was. While an
// update is under way its part of the page is asked for again; the cabinet is gone for a moment then.

const form = document.getElementById("update-upload");
const now = document.getElementById("update-now");
const RETRIES = 5;

async function send(file) {
  const piece = Number(form.dataset.piece);
  const bar = form.querySelector("progress");
  bar.hidden = false;
  let at = 0;
  let failures = 0;
  while (at < file.size) {
    try {
      const answer = await fetch(`${form.dataset.url}?at=${at}&total=${file.size}`, {
        method: "POST",
        headers: {
          Accept: "application/json",
          "Content-Type": "application/octet-stream",
          "X-CSRF-Token": form.elements.csrf.value,
        },
        body: file.slice(at, at + piece),
      });
      const told = await answer.json();
      if (!answer.ok && answer.status !== 409) throw new Error(told.message || form.dataset.failed);
      if (answer.status === 409) failures += 1;
      at = told.bytes;
    } catch (error) {
      failures += 1;
      if (failures > RETRIES || !(error instanceof TypeError)) throw error;
      await new Promise((done) => setTimeout(done, 1000));
    }
    if (failures > RETRIES) throw new Error(form.dataset.failed);
    bar.value = (100 * at) / file.size;
  }
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  const trouble = form.querySelector("[role=alert]");
  button.disabled = true;
  trouble.hidden = true;
  try {
    await send(form.elements.bundle.files[0]);
    location.reload();
  } catch (error) {
    trouble.textContent = error.message || form.dataset.failed;
    trouble.hidden = false;
    button.disabled = false;
  }
});

async function follow() {
  if (!now.querySelector("[data-busy]")) return;
  try {
    const answer = await fetch(now.dataset.url);
    if (answer.ok) now.innerHTML = await answer.text();
  } catch {
    // It is being switched; the next try finds the old or the new version.
  }
  if (!now.querySelector("[data-busy]")) location.reload();
}

setInterval(follow, 1000);
