// The picture that turns: hands on the canvas, buttons beside it; the still picture where WebGL is missing.
import { readView } from "./mesh.js";
import { Painter } from "./painter.js";

const START = { azimuth: -0.5, elevation: 0.85, nearness: 1 };
const box = document.getElementById("turning");
const canvas = box.querySelector("canvas");
const still = box.querySelector("img");
const buttons = document.getElementById("turns");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const now = { ...START, board: true };
let painter = null;
let asked = 0;

function show() {
  if (!asked) asked = requestAnimationFrame(() => { asked = 0; painter.draw(now); });
}

function turn(across, up) {
  now.azimuth += across;
  now.elevation = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, now.elevation + up));
  moving = null;
  show();
}

function approach(factor) {
  now.nearness = Math.max(0.5, Math.min(8, now.nearness * factor));
  show();
}

// A short way to another view; at once for who wants no motion.
let moving = null;
function goTo(target) {
  const from = { ...now };
  const begun = performance.now();
  const mine = (moving = {});
  const full = 2 * Math.PI;
  from.azimuth -= full * Math.round((from.azimuth - target.azimuth) / full);
  const step = (time) => {
    if (moving !== mine) return;
    const way = calm.matches ? 1 : Math.max(0, Math.min(1, (time - begun) / 450));
    const eased = way * way * (3 - 2 * way);
    for (const name of ["azimuth", "elevation", "nearness"]) now[name] = from[name] + (target[name] - from[name]) * eased;
    show();
    if (way < 1) requestAnimationFrame(step);
  };
  step(begun);
}

const DO = {
  reset: () => goTo(START),
  above: () => goTo({ azimuth: 0, elevation: Math.PI / 2, nearness: 1 }),
  below: () => goTo({ azimuth: 0, elevation: -Math.PI / 2, nearness: 1 }),
  nearer: () => approach(1.25),
  farther: () => approach(0.8),
  board: (button) => {
    now.board = !now.board;
    button.setAttribute("aria-pressed", String(now.board));
    show();
  },
};
buttons.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) DO[button.dataset.do](button);
});

const KEYS = {
  ArrowLeft: () => turn(-0.12, 0), ArrowRight: () => turn(0.12, 0),
  ArrowUp: () => turn(0, 0.12), ArrowDown: () => turn(0, -0.12),
  "+": () => approach(1.15), "=": () => approach(1.15), "-": () => approach(0.87),
  0: DO.reset, Home: DO.reset,
};
canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  KEYS[event.key]();
  event.preventDefault();
});

const fingers = new Map();
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
});
canvas.addEventListener("pointermove", (event) => {
  const last = fingers.get(event.pointerId);
  if (!last) return;
  const here = { x: event.clientX, y: event.clientY };
  if (fingers.size === 1) {
    const full = Math.min(canvas.clientWidth, canvas.clientHeight);
    turn(((here.x - last.x) / full) * 3, ((here.y - last.y) / full) * 3);
  } else if (fingers.size === 2) {
    const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const apart = (at) => Math.hypot(at.x - other.x, at.y - other.y);
    if (apart(last) > 1) approach(apart(here) / apart(last));
  }
  fingers.set(event.pointerId, here);
});
for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => fingers.delete(event.pointerId));
// The wheel scrolls the page; with Ctrl (and by two fingers on a touchpad) it comes nearer.
canvas.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return;
  approach(Math.exp(-event.deltaY / 300));
  event.preventDefault();
}, { passive: false });

function stillPicture() {
  canvas.hidden = true;
  still.hidden = false;
  buttons.hidden = true;
  document.getElementById("turning-how").hidden = true;
  document.getElementById("turning-none").hidden = false;
  box.dataset.picture = "still";
}

async function begin() {
  const answer = await fetch(box.dataset.view);
  if (!answer.ok) throw new Error(`the picture's data: ${answer.status}`);
  painter = new Painter(canvas, readView(await answer.arrayBuffer()));
  canvas.addEventListener("webglcontextlost", stillPicture);
  canvas.hidden = false;
  still.hidden = true;
  buttons.hidden = false;
  document.getElementById("turning-how").hidden = false;
  new ResizeObserver(show).observe(canvas);
  painter.draw(now);
  box.dataset.picture = "turns";
}
begin().catch(stillPicture);
