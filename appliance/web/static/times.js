// Times are sent as UTC and shown in the zone of whoever looks.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const language = document.documentElement.lang || "en";
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false });
const whole = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });

// The server counts "today" in the viewer's zone; a cookie tells it on every later page.
document.cookie = `zone=${zone}; path=/; max-age=31536000; SameSite=Strict`;

export function show(element, utc) {
  const when = new Date(utc);
  if (!utc || Number.isNaN(when.getTime())) { element.textContent = ""; return; }
  const today = when.toDateString() === new Date().toDateString();
  element.textContent = (today ? clock : day).format(when);
  element.dateTime = utc;
  element.title = whole.format(when);
}

export function showAll(root) {
  for (const element of root.querySelectorAll("time[datetime]")) show(element, element.dateTime);
  for (const element of root.querySelectorAll("[data-zone]")) element.textContent = zone;
}
