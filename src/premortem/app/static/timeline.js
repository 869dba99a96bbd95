// The as-of day as a line of time: marks are days on which something changed, and arrows go from one to the next.
import { get, onChange, set } from "./state.js";
import { dayInWords } from "./words.js";

const place = document.getElementById("timeline");
const line = document.getElementById("asof-line");
const DAY = 86_400_000;
const stops = JSON.parse(place.dataset.stops).map((stop) => ({ ...stop, at: Date.parse(stop.day) / DAY }));
const usual = document.body.dataset.known;
const text = (at) => new Date(at * DAY).toISOString().slice(0, 10);

line.min = stops[0].at;
line.max = stops.at(-1).at;
line.step = 1;
const svg = place.querySelector("svg");
for (const stop of stops) {
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const values = { class: stop.rule ? "tick-rule" : "tick-other", x: (1000 * (stop.at - line.min)) / (line.max - line.min) - 1, width: 2, height: 5 };
  for (const [key, value] of Object.entries(values)) mark.setAttribute(key, value);
  svg.append(mark);
}

function show(at) {
  const last = stops.findLast((stop) => stop.at <= at);
  const says = last ? `${last.at === at ? "" : `${dayInWords(last.day)}: `}${last.says}` : "nothing yet";
  line.setAttribute("aria-valuetext", `${dayInWords(text(at))}; ${last?.at === at ? "" : "last change "}${says}`);
  document.getElementById("asof-said").textContent = `${dayInWords(text(at))} · ${last?.at === at ? "" : "last: "}${says.length > 110 ? `${says.slice(0, 108)} …` : says}`;
}
function rest(at) {
  line.value = at;
  show(at);
  set({ asof: text(at) === usual ? null : text(at) });
}
line.addEventListener("input", () => show(Number(line.value)));
line.addEventListener("change", () => rest(Number(line.value)));
line.addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const now = Number(line.value);
  const next = by > 0 ? stops.find((stop) => stop.at > now) : stops.findLast((stop) => stop.at < now);
  if (next) {
    sessionStorage.setItem("on-timeline", "yes"); // a page that is shown anew keeps the place of whoever steps
    rest(next.at);
  }
});
const read = () => {
  const at = Date.parse(get("asof") ?? usual) / DAY;
  if (document.activeElement !== line || Number(line.value) !== at) line.value = at;
  show(Number.isFinite(at) ? at : Date.parse(usual) / DAY);
};
onChange(read);
read();
place.hidden = false;
if (sessionStorage.getItem("on-timeline")) line.focus({ preventScroll: true });
sessionStorage.removeItem("on-timeline");
