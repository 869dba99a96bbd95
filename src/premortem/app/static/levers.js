// Levers: the strip of shares answers at once; the list of changes and the file when a slider rests.
import { fetchJson, latest } from "./ask.js";
import { paintAll } from "./cells.js";
import { took } from "./controls.js";
import { say } from "./frame.js";
import { get, link, onChange, query } from "./state.js";
import { el, quantity } from "./words.js";

const $ = (id) => document.getElementById(id);
const policy = () => get("policy") ?? "as-written";

onChange((rest) => {
  const asked = performance.now();
  latest("board", `/api/board?only=1&${query()}`, (answer) => {
    paintAll(answer, policy());
    $("sentence").textContent = answer.sentence;
    const asleep = answer.unmoved.map((k) => k.slice(2));
    $("unmoved").hidden = asleep.length === 0;
    $("unmoved").textContent = `Decides shipments, but the simulated world does not read it (or its clause is not in force): ${asleep.join(", ")}.`;
    say(answer.sentence);
    requestAnimationFrame(() => took(performance.now() - asked));
  });
  if (rest) latest("changes", `/api/levers/changes?${query()}`, changed);
});

function changed(answer) {
  const rows = answer.changes.map((c) => el("tr", {}, el("th", { scope: "row", text: c.name.replaceAll("_", " ") }), el("td", { text: quantity(c.legal, c.unit) }), el("td", {}, el("b", { text: quantity(c.yours, c.unit) })), el("td", { text: c.citation })));
  const head = el("thead", {}, el("tr", {}, ...["Number", "Legal", "Yours", "Source"].map((text) => el("th", { scope: "col", text }))));
  $("changes").replaceChildren(rows.length ? el("table", { class: "plain" }, head, el("tbody", {}, ...rows)) : el("p", { class: "muted", text: "Nothing yet." }));
  $("toml").textContent = answer.toml;
}

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
  const wanted = find.value.trim().toLowerCase();
  let left = 0;
  for (const clause of document.querySelectorAll(".clause")) {
    const text = `${clause.dataset.words} ${clause.textContent}`.toLowerCase();
    clause.hidden = Boolean(wanted) && !text.includes(wanted);
    left += clause.hidden ? 0 : 1;
  }
  for (const group of document.querySelectorAll(".instrument")) group.hidden = !group.querySelector(".clause:not([hidden])");
  $("found").textContent = `${left} clauses`;
});
document.documentElement.dataset.ready = "";
