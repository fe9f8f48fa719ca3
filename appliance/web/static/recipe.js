// Move a threshold and see at once which archived boards it would have called otherwise.
const form = document.getElementById("thresholds");

if (form) {
  const preview = document.getElementById("preview");
  const picture = form.querySelector(".scores svg");
  const top = Number(picture.dataset.top);
  const numbers = Object.fromEntries(["review_above", "defect_above"].map((name) => [name, document.getElementById(name)]));
  const sliders = Object.fromEntries([...form.querySelectorAll("input[type=range]")].map((slider) => [slider.dataset.for, slider]));
  let turn = 0;
  let timer = null;

  const draw = (low, high) => {
    const at = (value) => Math.max(0, Math.min(400, (400 * value) / top));
    const set = (kind, from, to) => {
      const bar = picture.querySelector(`.${kind}`);
      bar.setAttribute("x", from);
      bar.setAttribute("width", Math.max(0, to - from));
    };
    set("ok", 0, at(low)); set("mid", at(low), at(high)); set("no", at(high), 400);
  };

  const ask = async () => {
    const mine = ++turn;
    const query = new URLSearchParams({ component: form.dataset.component, review_above: numbers.review_above.value, defect_above: numbers.defect_above.value });
    try {
      const answer = await fetch(`${form.dataset.preview}?${query}`);
      if (answer.ok && mine === turn) preview.innerHTML = await answer.text(); // escaped by the server's templates
    } catch { /* the lost banner says it */ }
  };

  const moved = (name, value) => {
    numbers[name].value = String(Number(Number(value).toPrecision(5)));
    sliders[name].value = value;
    const low = Number(numbers.review_above.value);
    const high = Number(numbers.defect_above.value);
    // The bands keep their order: the one that is moved takes the other along.
    if (low > high) {
      const other = name === "review_above" ? "defect_above" : "review_above";
      numbers[other].value = numbers[name].value;
      sliders[other].value = value;
    }
    draw(Number(numbers.review_above.value), Number(numbers.defect_above.value));
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  };

  for (const [name, slider] of Object.entries(sliders)) slider.addEventListener("input", () => moved(name, slider.value));
  for (const [name, number] of Object.entries(numbers)) number.addEventListener("change", () => { if (number.value !== "") moved(name, number.value); });
}
