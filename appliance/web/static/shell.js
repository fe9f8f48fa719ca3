// On every page: times in the viewer's zone, the small beacon in the head, the lost banner.
import { follow } from "./cabinet.js";
import { showAll } from "./times.js";

showAll(document);

const mini = document.getElementById("mini");
const word = mini.querySelector(".miniword");
const small = Object.fromEntries(["r", "a", "g"].map((name) => [name, mini.querySelector(`.${name}`)]));
const banner = document.getElementById("lost");

const DARK = { red: false, amber: false, green: false };
// While a lamp is tried alone no page may tell which: the person looks at the beacon.
let tried = false;

function light(lamps) {
  small.r.classList.toggle("lit", lamps.red);
  small.a.classList.toggle("lit", lamps.amber);
  small.g.classList.toggle("lit", lamps.green);
}
function say(type, detail) { document.dispatchEvent(new CustomEvent(type, { detail })); }

follow({
  status(now) {
    mini.dataset.link = "live";
    mini.dataset.state = now.state;
    word.textContent = now.word;
    if (banner) banner.hidden = true;
    tried = Boolean(now.commission && now.commission.running);
    light(tried ? DARK : now.lamps);
    say("cabinet:status", tried ? { ...now, lamps: DARK } : now);
  },
  lamps(now) {
    const shown = tried ? DARK : now;
    light(shown);
    say("cabinet:lamps", shown);
  },
  lost() {
    mini.dataset.link = "lost";
    delete mini.dataset.state;
    word.textContent = document.body.dataset.offlineTitle;
    if (banner) banner.hidden = false;
    light({});
    say("cabinet:lost");
  },
});
