// A chart is embedded once; after that only its rows change. Exports are light, with title and source in the picture.
import { el, plain } from "./words.js";

const held = new Map();
const palette = JSON.parse(document.documentElement.dataset.palette);

export const dark = () => {
  const look = document.documentElement.dataset.look;
  return look ? look === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

function coloured(text) {
  let out = text.replaceAll('"white"', '"#FFFFFF"');
  // through markers, since some light colours are dark ones too
  Object.keys(palette).forEach((light, i) => (out = out.replaceAll(new RegExp(light, "gi"), `@@${i}@@`)));
  Object.values(palette).forEach((to, i) => (out = out.replaceAll(`@@${i}@@`, to)));
  return out;
}

function specOf(figure, light) {
  const text = light || !dark() ? figure.dataset.spec : coloured(figure.dataset.spec);
  const spec = JSON.parse(text);
  spec.datasets = { ...(spec.datasets ?? {}), rows: rowsOf(figure) };
  // a map on a phone is as high as it is wide, and no higher
  if (spec.projection && !light) spec.height = Math.min(spec.height, Math.round(0.62 * figure.clientWidth));
  return spec;
}

const OPTIONS = { ast: true, actions: false, defaultStyle: false, tooltip: { disableDefaultStyle: true }, renderer: "svg", logLevel: 1 };

async function embed(figure) {
  const { view } = await window.vegaEmbed(figure.querySelector(".plot"), specOf(figure, false), OPTIONS);
  held.get(figure)?.view?.finalize();
  held.set(figure, { view, rows: rowsOf(figure) });
  figure.querySelector(".plot svg")?.setAttribute("aria-hidden", "true");
  figure.dataset.ready = "";
}

/** Draw every figure under `root`, each with its buttons. */
export async function drawAll(root = document) {
  const figures = [...root.querySelectorAll("figure.chart:not([data-drawn])")];
  for (const figure of figures) {
    figure.dataset.drawn = "";
    tools(figure);
  }
  await Promise.all(figures.map(embed));
}

/** `then(datum)` is called with what a mark that is clicked stands for. */
export function onClick(id, then) {
  held.get(document.getElementById(id))?.view.addEventListener("click", (event, item) => item?.datum && then(item.datum));
}

/** The rows that a chart shows now. */
export const rowsOf = (figure) => held.get(figure)?.rows ?? JSON.parse(figure.dataset.rows);

/** New rows for a chart: its view, its words and its table. */
export async function update(id, rows, says) {
  const figure = document.getElementById(id);
  if (!figure) return;
  const chart = held.get(figure);
  if (!chart) {
    figure.dataset.rows = JSON.stringify(rows);
    return;
  }
  chart.rows = rows;
  await chart.view.data("rows", structuredClone(rows)).runAsync();
  if (says) figure.querySelector(".plot").setAttribute("aria-label", says);
  if (figure.querySelector("details")?.open) table(figure);
}

function table(figure) {
  const columns = JSON.parse(figure.dataset.columns);
  const rows = rowsOf(figure);
  const body = rows.map((row) => el("tr", {}, ...Object.keys(columns).map((k) => el("td", { text: plain(row[k], k) }))));
  const head = el("tr", {}, ...Object.values(columns).map((h) => el("th", { scope: "col", text: h })));
  figure.querySelector("details .scroll").replaceChildren(el("table", { class: "plain" }, el("thead", {}, head), el("tbody", {}, ...body)));
}

function tools(figure) {
  for (const button of figure.querySelectorAll("[data-export]")) button.addEventListener("click", () => save(figure, button.dataset.export));
  figure.querySelector("details")?.addEventListener("toggle", () => table(figure));
}

const title = (figure) => figure.querySelector("h2, h3")?.textContent ?? "chart";

async function save(figure, kind) {
  const name = `premortem-${location.pathname.slice(1).replaceAll("/", "-") || "board"}-${figure.dataset.name}-${new URLSearchParams(location.search).get("policy") ?? document.body.dataset.first}`;
  if (kind === "CSV") return download(new Blob([csv(figure)], { type: "text/csv" }), `${name}.csv`);
  const place = el("div", { class: "sr" });
  document.body.append(place);
  const spec = specOf(figure, true);
  const picture = { ...spec, width: spec.width === "container" ? 760 : spec.width, padding: 16, title: { text: lines(title(figure), 84), subtitle: lines(figure.dataset.source, 130), anchor: "start", subtitleFontSize: 11 } };
  delete picture.autosize;
  try {
    const { view } = await window.vegaEmbed(place, picture, OPTIONS);
    if (kind === "SVG") download(new Blob([await view.toSVG()], { type: "image/svg+xml" }), `${name}.svg`);
    else download(await blobOf(await view.toCanvas(2)), `${name}.png`);
    view.finalize();
  } finally {
    place.remove();
  }
}

/** A text in lines of whole words, as a picture has room for. */
const lines = (text, most) => text.split(" ").reduce((made, word) => (made.length && `${made.at(-1)} ${word}`.length <= most ? [...made.slice(0, -1), `${made.at(-1)} ${word}`] : [...made, word]), []);

const blobOf = (canvas) => new Promise((done) => canvas.toBlob(done, "image/png"));

function csv(figure) {
  const columns = JSON.parse(figure.dataset.columns);
  const rows = rowsOf(figure);
  const quote = (v) => (/[",\n]/.test(String(v ?? "")) ? `"${String(v).replaceAll('"', '""')}"` : String(v ?? ""));
  return [Object.keys(columns), ...rows.map((r) => Object.keys(columns).map((k) => r[k]))].map((r) => r.map(quote).join(",")).join("\n") + "\n";
}

export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A figure made from an answer, as the server's macro draws it. */
export function figure({ id, heading, says, source, spec, rows, columns }) {
  return el("figure", { class: "chart", id, "data-spec": JSON.stringify(spec), "data-rows": JSON.stringify(rows), "data-columns": JSON.stringify(columns), "data-name": id, "data-source": source, tabindex: "-1" },
    el("figcaption", {}, el("h3", { text: heading })),
    el("div", { class: "plot", role: "img", "aria-label": says }),
    el("p", { class: "tools-row" }, el("span", { class: "source", text: source }), ...["PNG", "SVG", "CSV"].map((kind) => el("button", { type: "button", "data-export": kind, "aria-label": `${kind} of ${heading}`, text: kind }))),
    el("details", {}, el("summary", { text: "Table" }), el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table of ${heading}` })));
}

/** Embed all anew: the look has changed. */
export async function relook() {
  await Promise.all([...document.querySelectorAll("figure.chart[data-ready]")].map(embed));
}
