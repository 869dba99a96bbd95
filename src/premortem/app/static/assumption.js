// An assumption: thresholds and everything else that moves redraw the fan at once; curves when it rests; why, in a while.
import { fetchJson, latest } from "./ask.js";
import { bar, isWhole, restsOn } from "./cells.js";
import { drawAll, figure, update } from "./chart.js";
import { took } from "./controls.js";
import { filter, FOUND } from "./find.js";
import { say } from "./frame.js";
import { onChange, query } from "./state.js";
import { el, points, share } from "./words.js";
import { working } from "./working.js";

const $ = (id) => document.getElementById(id);
const name = $("headline").dataset.assumption;

// what takes the server seconds waits until nothing has moved for a while [ms], and so does drawing it
const QUIET = 700;
let last = performance.now();
async function still() {
  for (let left; (left = last + QUIET - performance.now()) > 0; ) await new Promise((go) => setTimeout(go, left));
}

async function shown(answer) {
  restsOn(answer);
  for (const id of ["fan", "strip"]) rests(id, answer.futures);
  $("headline").textContent = answer.headline;
  $("sentence").textContent = answer.sentence;
  for (const row of answer.board) {
    const tr = document.querySelector(`[data-row="${row.policy}"]`);
    if (!tr) continue;
    tr.querySelector(".share").textContent = share(row.holds);
    bar(tr, row, null);
  }
  await Promise.all([update("fan", answer.fan, `Bands of the margin of ${name} through time. ${answer.sentence}`), update("strip", answer.fan)]);
  say(answer.headline);
}

function rests(id, futures) {
  const figure = $(id);
  figure.dataset.source = figure.dataset.source.replace(/[\d,]+ simulated/, `${futures.toLocaleString("en")} simulated`);
  figure.querySelector(".source").textContent = figure.dataset.source;
}

function curves(answer) {
  for (const [key, points] of Object.entries(answer.curves)) {
    const box = document.querySelector(`[data-curve="${key}"]`);
    const [low, high] = [points[0].value, points.at(-1).value];
    box.querySelector("polyline").setAttribute("points", points.map((p) => `${(100 * (p.value - low)) / (high - low)},${30 - 30 * p.holds}`).join(" "));
    box.querySelector(".flip").textContent = answer.said[key];
  }
}

let idle = null;
onChange((rest) => {
  const asked = (last = performance.now());
  latest("assumption", `/api/assumption/${name}?${query()}`, async (answer) => {
    await shown(answer);
    requestAnimationFrame(() => took(performance.now() - asked, isWhole(answer)));
  });
  if (!rest) return;
  // what is not in view waits until nothing has moved for a while
  clearTimeout(idle);
  idle = setTimeout(() => {
    latest("others", `/api/assumption/${name}?only=0&${query()}`, shown);
    latest("curves", `/api/assumption/${name}/curves?${query()}`, curves);
  }, 350);
});

async function why() {
  const place = $("why");
  try {
    await still();
    const found = await fetchJson(`/api/assumption/${name}/why?${query()}`);
    await still();
    const source = `premortem, ${found.futures.toLocaleString("en")} futures under \u2018${found.title}\u2019, nothing changed`;
    const parts = [];
    if (found.boxes.length === 0) parts.push(el("p", { class: "empty", text: found.verdict }));
    for (const box of found.boxes) {
      parts.push(el("p", { class: "box-sentence", text: `${box.sentence}.` }));
      parts.push(el("p", { class: "note", text: `On new futures: ${Math.round(100 * box.density_out_of_sample)}% of the inside breaks, ${Math.round(100 * box.coverage_out_of_sample)}% of the breaks are inside.` }));
    }
    if (found.ranges.length) parts.push(figure({ id: "ranges", heading: "The first box: which part of each range breaks it", says: found.boxes[0].sentence, source, spec: found.ranges_spec, rows: found.ranges, columns: { meaning: "Uncertainty", from: "from", to: "to", p: "p" } }));
    if (found.scatter.rows) {
      const { rows, titles, held_fixed: fixed, spec, shown: many } = found.scatter;
      const broken = rows.filter((r) => r.breaks === "breaks").length;
      const heading = `Where ${name} breaks: ${titles[0].replace(/ \[.*/, "")} against ${titles[1].replace(/ \[.*/, "")}`;
      parts.push(figure({ id: "scatter", heading, says: `${many} futures by ${titles.join(" and ")}; ${broken} of them break ${name}. The box: ${found.boxes[0].sentence}`, source: `${source}; ${many} of them shown, each a mark${fixed.length ? `, all within the box's other limits (${fixed.join("; ")})` : ""}; outlined: the box`, spec, rows, columns: { x: titles[0], y: titles[1], breaks: name } }));
    }
    if (found.path.length) {
      const at = found.path.find((p) => p.chosen);
      const heading = at ? `Chosen where the box holds ${share(at.coverage)} of the breaks and ${share(at.density)} of it breaks` : "How dense a box is against how many breaks it holds";
      parts.push(figure({ id: "path", heading, says: `${heading}; ${found.path.length} boxes, from all futures to the densest`, source: `${source}; each point one peel; the mark is before limits were widened`, spec: found.path_spec, rows: found.path, columns: { coverage: "coverage", density: "density", mass: "share of futures", restricted: "limits" } }));
    }
    place.replaceChildren($("why-title"), ...parts);
    const most = found.effects[0];
    const says = most ? `\u2018${most.statement}\u2019 (${most.kind}) moves the share most: ${points(most.change)}` : "no effects";
    if (found.effects.length) $("effects").replaceChildren(
      figure({ id: "drivers", heading: says, says, source: `${source}; each item at its least, by what it says that it raises and lowers`, spec: found.effects_spec, rows: found.effects, columns: { statement: "What is said", kind: "kind", change: "change of the share", low: "low", high: "high" } }),
      ...(found.not_modelled.length ? [el("p", { class: "note missing", text: `Not modelled: ${found.not_modelled.map((r) => r.statement).join("; ")}.` })] : []));
    await drawAll();
  } catch (error) {
    place.replaceChildren($("why-title"), el("p", { class: "empty", text: `This could not be worked out: ${error.message}. The rest of the page keeps working.` }));
  }
  place.setAttribute("aria-busy", "false");
}

// words leave of the list what they find; a choice is answered at once, and Enter after words shows the first that is left
filter($("take-find"), $("take"), $("take-found"));
$("take").addEventListener("change", (event) => event.detail !== FOUND && $("take-form").requestSubmit());
$("take-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const place = $("takes");
  const what = $("take").selectedOptions[0].text;
  const done = working(place, `Simulating 2,000 futures at each of some twenty values of \u2018${what}\u2019; the first time a policy is asked this takes up to a minute, then a second or two.`);
  try {
    const found = await fetchJson(`/api/assumption/${name}/takes?of=${encodeURIComponent($("take").value)}&${query()}`);
    const spread = found.rows.map((r) => r.holds);
    const [least, most] = [Math.min(...spread), Math.max(...spread)];
    const heading = found.flip === null ? `Nowhere in this range does the verdict on ${name} flip: it holds in ${share(least)} to ${share(most)}` : `The verdict on ${name} flips at ${found.flip_said}`;
    place.replaceChildren(figure({ id: "take-curve", heading, says: `${what}. ${heading}`, source: `premortem, 2,000 futures a point, this view; ${what}; upright rule: now, ${found.now_said}`, spec: found.spec, rows: found.rows.map((r) => ({ ...r, now: found.now })), columns: { value: `value${found.unit === "-" ? "" : ` [${found.unit}]`}`, holds: "share that holds" } }));
    await drawAll();
  } catch (error) {
    place.replaceChildren(el("p", { class: "empty", text: `This could not be worked out: ${error.message}.` }));
  } finally {
    done();
  }
});
for (const pick of document.querySelectorAll("[data-take]")) pick.addEventListener("click", () => {
  $("take-find").value = "";
  $("take-find").dispatchEvent(new Event("input"));
  $("take").value = pick.dataset.take;
  $("take-form").requestSubmit();
});

$("find-breaks").addEventListener("click", async () => {
  const place = $("breaks");
  const done = working(place, "Following the model\u2019s gradient from the central future to the nearest breaks; the first time this takes a minute or so.");
  try {
    const found = await fetchJson(`/api/assumption/${name}/breaks?${query()}`);
    const rows = found.breaking.map((p) => el("li", {}, `${p.story[0].toUpperCase()}${p.story.slice(1)} (distance ${p.distance.toFixed(2)} standard deviations). `, el("a", { class: "button small", href: `/a/${name}?${p.query}`, text: "Go there" })));
    const said = found.said ? `${found.said[0].toUpperCase()}${found.said.slice(1)}.` : "";
    place.replaceChildren(...(rows.length ? [el("ul", { class: "changes" }, ...rows)] : []), ...(said ? [el("p", { class: rows.length ? "note" : "empty", text: said })] : []));
  } catch (error) {
    place.replaceChildren(el("p", { class: "empty", text: `This could not be worked out: ${error.message}.` }));
  } finally {
    done();
  }
});
await drawAll();
document.documentElement.dataset.ready = "";
why();
