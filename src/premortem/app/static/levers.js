// Levers: the strip of shares answers at once; the list of changes and the file when a slider rests.
import { fetchJson, latest } from "./ask.js";
import { paintAll } from "./cells.js";
import { bindDays } from "./days.js";
import { found } from "./find.js";
import { say } from "./frame.js";
import { answerMoves } from "./moved.js";
import { refine } from "./refine.js";
import { get, link, onChange, query } from "./state.js";
import { el, few, points, quantity } from "./words.js";

const $ = (id) => document.getElementById(id);
const policy = () => get("policy") ?? document.body.dataset.first;

function shown(answer) {
  paintAll(answer, policy());
  $("sentence").textContent = answer.sentence;
  const asleep = answer.unmoved.map((k) => k.slice(2));
  $("unmoved").hidden = asleep.length === 0;
  $("unmoved").textContent = `Decides shipments, but the simulated world does not read it (or its clause is not in force): ${asleep.join(", ")}.`;
  say(answer.sentence);
}
refine(shown);
answerMoves(shown);
let quiet = null;
onChange((rest) => {
  stale();
  // what is not in view waits until nothing has moved for a while
  clearTimeout(quiet);
  if (rest) quiet = setTimeout(() => latest("changes", `/api/levers/changes?${query()}`, changed), 350);
});

const lawful = (value, { unit, differ }) => (unit === "day" ? value ?? (differ ? "the clauses differ" : "none") : quantity(value, unit));
function changed(answer) {
  const rows = answer.changes.map((c) => el("tr", {}, el("th", { scope: "row", text: c.name.replaceAll("_", " ") }), el("td", { text: lawful(c.legal, c) }), el("td", {}, el("b", { text: lawful(c.yours, c) })), el("td", { text: c.citation })));
  const head = el("thead", {}, el("tr", {}, ...["Lever", "Legal", "Yours", "Source"].map((text) => el("th", { scope: "col", text }))));
  $("changes").replaceChildren(rows.length ? el("table", { class: "plain" }, head, el("tbody", {}, ...rows)) : el("p", { class: "muted", text: "Nothing yet." }));
  $("toml").textContent = answer.toml;
}

// effects: asked for a group when it comes into sight, for the view as it was then; a later change makes them old, and says so
const SAYS = "Beside each lever: what a standard nudge of it does to the share in which each assumption holds, in points.";
const told = new Map();
function stale() {
  const old = [...told.values()].some((asked) => asked !== query());
  $("effects-again").hidden = !old;
  document.documentElement.toggleAttribute("data-old-effects", old);
  $("effects-said").textContent = old ? "The effects beside each lever are those of before your last change." : SAYS;
}
function effects(group) {
  const asked = query();
  told.set(group, asked);
  $("effects-said").textContent = "Simulating a standard nudge of each lever ...";
  latest(`effects-${group}`, `/api/levers/effects?of=${group}&${asked}`, (answer) => {
    for (const row of answer.effects) {
      const place = document.querySelector(`[data-effect="${row.key}"]`);
      if (place) paintEffect(place, row);
    }
    stale();
  }, (error) => ($("effects-said").textContent = `The effects could not be worked out: ${error.message}`));
}
function paintEffect(place, row) {
  if (!row.read) return place.replaceChildren(el("span", { class: "muted", text: `${row.move}: the simulated world does not read it` }));
  const ids = Object.keys(row.changes);
  const spoken = ids.map((id) => `${id} ${row.changes[id] === 0 ? "no change" : points(row.changes[id])}`).join(", ");
  place.replaceChildren(
    el("span", { class: "sr", text: `${place.dataset.of}, ${row.move}: ${spoken}` }),
    el("span", { "aria-hidden": "true" }, el("span", { class: "move", text: row.move }), ...ids.map((id) => {
      const n = Math.round(100 * row.changes[id]);
      return el("span", { class: `on ${n > 0 ? "up" : n < 0 ? "down" : ""}`, text: `${id} ${few(row.changes[id])}` });
    })));
}
$("effects-again").addEventListener("click", () => {
  for (const group of told.keys()) effects(group);
  $("effects-again").hidden = true;
  $("effects-said").focus();
});
const sight = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) if (isIntersecting) {
    sight.unobserve(target);
    effects(target.closest("[data-effects]").dataset.effects);
  }
});

const name = $("policy-name");
$("download").addEventListener("click", () => {
  const address = link("/api/levers/policy.toml");
  $("download").href = `${address}${address.includes("?") ? "&" : "?"}name=${encodeURIComponent(name.value)}`;
});
$("toml-show").addEventListener("click", () => {
  $("toml").hidden = !$("toml").hidden;
  $("toml-show").setAttribute("aria-expanded", String(!$("toml").hidden));
});
$("save").addEventListener("submit", (event) => event.preventDefault());
$("save-here")?.addEventListener("click", async () => {
  try {
    const done = await fetchJson(link("/api/levers/save"), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name: name.value }) });
    $("save-said").textContent = `Saved as ${done.saved}.`;
  } catch (error) {
    $("save-said").textContent = error.message;
  }
});

const find = $("find");
find.addEventListener("input", () => {
  const wanted = find.value.trim();
  const clauses = [...document.querySelectorAll(".clause")];
  const held = found(clauses.map((clause) => `${clause.dataset.words ?? ""} ${clause.textContent}`), wanted);
  clauses.forEach((clause, i) => (clause.hidden = !held[i]));
  const left = held.filter(Boolean).length;
  for (const group of document.querySelectorAll(".instrument, .bare")) {
    group.hidden = !group.querySelector(".clause:not([hidden])");
    if (wanted && !group.hidden && group.tagName === "DETAILS") group.open = true;
  }
  $("found").textContent = `${left} clauses`;
});
bindDays();
document.documentElement.dataset.ready = "";
for (const group of document.querySelectorAll("[data-effects]")) sight.observe(group.querySelector(".effect"));
