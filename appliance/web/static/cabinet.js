// Follows the cabinet. What the page shows is true only while the controller's heartbeat rises;
// after LOST_MS without that it is "lost", whatever the reason: network, server or controller.
const LOST_MS = 2500;
const LOOK_MS = 250;
const POLL_MS = 1000;
const STREAM_AGAIN_MS = 15000;

export function follow({ status, lamps, lost }) {
  let stream = null;
  let heartbeat = null;
  let risen = performance.now();
  let alive = false; // the heartbeat was seen to rise, and not long ago
  let said = false; // lost() was called since
  let last = null;
  let polling = null;
  let again = null;

  // The first number only says that a server is there, not that its controller moves.
  const beat = (count) => {
    if (count === heartbeat) return;
    const first = heartbeat === null;
    heartbeat = count;
    if (first) return;
    risen = performance.now();
    if (alive) return;
    alive = true;
    said = false;
    if (last) status(last);
  };
  const take = (message) => {
    // After an update this page's scripts are the old ones; a kiosk has nobody to reload it.
    if (message.pages !== document.documentElement.dataset.release) { location.reload(); return; }
    last = message.status;
    const before = alive;
    beat(message.heartbeat);
    if (before) status(last);
  };
  const lose = () => {
    alive = false;
    if (said) return;
    said = true;
    lost();
  };

  function open() {
    close();
    stream = new EventSource("/events");
    stream.addEventListener("status", (event) => take(JSON.parse(event.data)));
    stream.addEventListener("lamps", (event) => {
      if (!last) return;
      last.lamps = JSON.parse(event.data).lamps;
      if (alive) lamps(last.lamps);
    });
    stream.addEventListener("beat", (event) => beat(JSON.parse(event.data).heartbeat));
    stream.addEventListener("error", () => {
      if (stream && stream.readyState === EventSource.CLOSED) { close(); poll(); }
    });
  }
  function close() {
    if (stream) { stream.close(); stream = null; }
    clearInterval(polling); polling = null;
    clearTimeout(again); again = null;
  }
  // Every place at the server is taken, or it is gone: ask once a second, and now and then try
  // the stream again.
  function poll() {
    const askOnce = async () => {
      try {
        const answer = await fetch("/api/status", { cache: "no-store", signal: AbortSignal.timeout(2000) });
        if (answer.ok) take(await answer.json());
      } catch { /* the missing heartbeat says it */ }
    };
    polling = setInterval(askOnce, POLL_MS);
    again = setTimeout(open, STREAM_AGAIN_MS);
    askOnce();
  }

  setInterval(() => {
    if (!document.hidden && performance.now() - risen > LOST_MS) lose();
  }, LOOK_MS);

  // A hidden page gives its connection back (browsers allow six a server) and forgets what it
  // knew; seen again it starts from "lost" until the cabinet speaks.
  const sight = () => {
    if (document.hidden) { close(); heartbeat = null; last = null; lose(); }
    else { risen = performance.now(); open(); }
  };
  document.addEventListener("visibilitychange", sight);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => { if (event.persisted) sight(); });
  if (!document.hidden) open();
}

export function isBlinking(state) {
  return ["seated", "inspecting", "recording", "fault", "setup", "maintenance"].includes(state);
}
