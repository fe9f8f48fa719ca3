// Follows a build: asks once a second, and goes to the cradle when it is made.
const part = document.getElementById("building");

async function ask() {
  try {
    const answer = await fetch(part.dataset.url, { cache: "no-store" });
    if (answer.status === 404) { location.reload(); return; } // the unit was restarted: it says so
    if (answer.ok) {
      const html = await answer.text();
      if (html !== part.dataset.shown) part.innerHTML = html; // escaped by the server's templates
      part.dataset.shown = html;
      if (part.querySelector("[data-state]")?.dataset.state !== "building") { location.reload(); return; }
    }
  } catch { /* the lost banner says it */ }
  setTimeout(ask, 1000);
}
setTimeout(ask, 500);
