// One key an answer; a scanner that types the key's letter does the same.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.matches("input, select, textarea")) return;
  const button = document.querySelector(`button[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (button) { event.preventDefault(); button.click(); }
});

// Where it differs, in the place of this board's picture; the key again brings it back.
const heat = document.getElementById("heat");
heat?.addEventListener("click", () => {
  const [seen, map] = document.querySelectorAll(".one .pair figure:last-child img");
  map.hidden = !map.hidden;
  seen.hidden = !map.hidden;
  heat.setAttribute("aria-pressed", String(!map.hidden));
});
