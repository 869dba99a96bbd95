// The map in time: one step's rows at a time go into the view; play stops at the end, or when less motion is wanted.
import { drawAll, onClick, update } from "./chart.js";
import { get, onChange, set } from "./state.js";

const $ = (id) => document.getElementById(id);
const slider = $("quarter");
const steps = JSON.parse(slider.dataset.steps);
const values = JSON.parse(slider.dataset.values);
const { unit } = slider.dataset;
const classes = JSON.parse(slider.dataset.classes);
const figure = $("map");
const rows = JSON.parse(figure.dataset.rows);
const heading = figure.querySelector("h2");
const name = heading.textContent.replace(/, [^,]*$/, "");

const said = (x) => (x === null || x === undefined ? "no data" : classes.length ? classes[x - 1] : unit === "share" ? `${Number((100 * x).toPrecision(3))}%` : `${Number(x.toPrecision(3))} ${unit}`);

async function show() {
  const i = Number(slider.value);
  const q = steps[i];
  slider.setAttribute("aria-valuetext", q);
  $("at").textContent = q;
  heading.textContent = `${name}, ${q}`;
  const now = rows.map((r) => ({ ...r, value: values[r.iso3]?.[i] ?? null, said: said(values[r.iso3]?.[i]) }));
  await update("map", now, `Map of ${name.toLowerCase()} in ${q}; the table holds every country`);
}
/** Show the slider's step and keep it in the address; a step at rest is one that Undo goes back over. */
const move = (rest) => {
  set({ quarter: steps[slider.value] === slider.dataset.usual ? null : steps[slider.value] }, rest);
};
slider.addEventListener("input", () => move(false));
slider.addEventListener("change", () => move(true));
onChange(() => {
  slider.value = steps.indexOf(get("quarter") ?? slider.dataset.usual);
  show();
});
const step = (by, rest = true) => {
  slider.value = Number(slider.value) + by;
  move(rest);
};
$("back").addEventListener("click", () => step(-1));
$("on").addEventListener("click", () => step(1));

let playing = null;
function stop() {
  clearInterval(playing);
  playing = null;
  move(true); // the whole of a play is one step back
  $("play").textContent = "Play";
  $("play").setAttribute("aria-pressed", "false");
}
$("play").addEventListener("click", () => {
  if (playing) return stop();
  if (Number(slider.value) === steps.length - 1) slider.value = 0;
  $("play").textContent = "Stop";
  $("play").setAttribute("aria-pressed", "true");
  // with less motion wanted, a year at a time and slowly
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  playing = setInterval(() => (Number(slider.value) >= steps.length - 1 ? stop() : step(calm ? Number(slider.dataset.year) : 1, false)), calm ? 1500 : 350);
});
$("measure").addEventListener("change", () => $("pick").requestSubmit());
$("place").addEventListener("change", () => $("pick").requestSubmit());
await drawAll();
onClick("map", (datum) => {
  const row = rows.find((r) => r.iso3 === (datum.iso3 ?? datum.id));
  if (!row) return;
  const address = new URL(location.href);
  address.searchParams.set("place", row.iso3);
  address.searchParams.delete("now");
  address.hash = "country-title";
  location.assign(address);
});
document.documentElement.dataset.ready = "";
