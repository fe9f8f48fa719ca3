// The verdict page. Everything it shows comes from the last status; nothing is kept past it.
import { isBlinking } from "./cabinet.js";
import { show, showAll } from "./times.js";

const page = document.getElementById("main");
const part = (id) => document.getElementById(id);
const [head, tail, step, since, evidence, faults, beacon] =
  ["head", "tail", "step", "since", "evidence", "faults", "beacon"].map(part);
const lamps = { red: beacon.querySelector(".r"), amber: beacon.querySelector(".a"), green: beacon.querySelector(".g") };
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const ORDER = ["seated", "inspecting", "recording"];
const VERDICTS = ["passed", "failed", "review", "fault"];
let shown = null; // the board whose places are on the page
let wanted = null;

function light(now) {
  const lit = [];
  for (const [name, lamp] of Object.entries(lamps)) {
    lamp.classList.toggle("lit", Boolean(now[name]));
    if (now[name]) lit.push(beacon.dataset[name]);
  }
  beacon.setAttribute("aria-label", `${beacon.dataset.label}: ${lit.join(", ") || beacon.dataset.dark}`);
}

// With reduced motion a blinking lamp is drawn lit and said to blink.
function still(now) {
  if (!calm.matches || !isBlinking(now.state)) return now.lamps;
  return { red: now.state === "fault", amber: true, green: false };
}

function clear() {
  evidence.replaceChildren();
  shown = null;
  wanted = null;
  page.dataset.evidence = "no";
}

function say(words) {
  const [first, ...rest] = words.split(": ");
  if (head.textContent !== first) head.textContent = first;
  tail.textContent = rest.join(": ");
  fit();
}

// A word that is too wide is squeezed a little, then made smaller: it never runs off the screen.
function fit() {
  head.style.transform = "";
  head.style.fontSize = "";
  const room = head.parentElement.clientWidth;
  let width = head.offsetWidth;
  if (width <= room) return;
  const least = 0.54;
  if (room / width < least) {
    head.style.fontSize = `${(room / width / least) * 100}%`;
    width = head.offsetWidth;
  }
  head.style.transform = `scaleX(${Math.min(1, room / width)})`;
}

async function bringEvidence(id) {
  if (id === wanted) return;
  clear();
  wanted = id;
  if (id === null) return;
  try {
    const answer = await fetch(page.dataset.boardUrl.replace(/0$/, String(id)));
    if (wanted !== id) return;
    if (!answer.ok) { wanted = null; return; } // asked for again with the next status
    const text = await answer.text();
    if (wanted !== id) return; // another board meanwhile
    evidence.innerHTML = text; // escaped by the server's templates
    showAll(evidence);
    shown = id;
    page.dataset.evidence = "yes";
    fit();
  } catch { if (wanted === id) wanted = null; } // the word and the lamps stand without pictures
}

function drawFaults(list) {
  faults.replaceChildren(...list.map((fault) => {
    const card = document.createElement("article");
    const what = document.createElement("div");
    const todo = document.createElement("div");
    const when = document.createElement("div");
    const line = (parent, tag, text, kind) => {
      const element = document.createElement(tag);
      element.textContent = text;
      if (kind) element.className = kind;
      parent.append(element);
      return element;
    };
    line(what, "h2", fault.found);
    line(what, "p", `${fault.device} · ${fault.code}`, "small");
    line(todo, "p", faults.dataset.textAction, "small");
    line(todo, "p", fault.action);
    line(when, "p", faults.dataset.textSince, "small");
    show(line(when, "time", ""), fault.since_utc);
    card.append(what, todo, when);
    return card;
  }));
}

document.addEventListener("cabinet:status", ({ detail: now }) => {
  page.dataset.state = now.state;
  page.toggleAttribute("data-quiet", !VERDICTS.includes(now.state));
  const suspect = now.state === "failed" || now.state === "review";
  bringEvidence(suspect && now.verdict ? now.inspection_id : null);
  say(now.word);
  const who = now.worker && ["setup", "maintenance"].includes(now.state) ? `${page.dataset.textBy} ${now.worker}` : "";
  step.textContent = [now.step, who].filter(Boolean).join(" · ");
  show(since, now.since_utc);
  light(still(now));
  ORDER.forEach((name, at) => {
    const item = document.querySelector(`.steps [data-for="${name}"]`);
    item.classList.toggle("done", at < ORDER.indexOf(now.state));
    item.classList.toggle("now", name === now.state);
  });
  drawFaults(now.state === "fault" ? now.faults : []);
  part("fact-recipe").textContent = now.recipe ? [now.part_number, now.recipe, `v${now.recipe_version}`].filter(Boolean).join(" · ") : "–";
  part("fact-serial").textContent = now.serial ?? "–";
  part("fact-operator").textContent = now.operator ?? "–";
  document.title = now.word;
});

document.addEventListener("cabinet:lamps", ({ detail }) => { if (!(calm.matches && isBlinking(page.dataset.state))) light(detail); });

document.addEventListener("cabinet:lost", () => {
  page.dataset.state = "offline";
  page.toggleAttribute("data-quiet", true);
  clear();
  drawFaults([]);
  say(page.dataset.textOffline);
  step.textContent = page.dataset.textOfflineStep;
  show(since, new Date().toISOString());
  light({});
  for (const id of ["fact-recipe", "fact-serial", "fact-operator"]) part(id).textContent = "–";
  document.title = page.dataset.textOffline;
});

window.addEventListener("resize", fit);
