// Families of futures: the one chosen stays in colour in every chart, the others turn grey; the choice is in the address.
import { drawAll, rowsOf, update } from "./chart.js";
import { get, onChange, set } from "./state.js";

const $ = (id) => document.getElementById(id);
const kind = $("series").dataset.kind;
const cards = [...document.querySelectorAll("[data-family]")];
const chosen = () => cards.find((card) => card.dataset.family === get("family"))?.dataset.family ?? null;

async function show() {
  const one = chosen();
  for (const card of cards) {
    const { family } = card.dataset;
    card.classList.toggle("chosen", one === family);
    card.querySelector("[data-show]").setAttribute("aria-pressed", String(one === family));
  }
  $("series").textContent = one ? `${kind[0].toUpperCase()}${kind.slice(1)} ${one} in every series, the others grey` : "The same series for all";
  $("family-said").textContent = one ? "" : `Choose a ${kind} above to see it alone.`;
  $("family-all").hidden = one === null;
  await Promise.all([...document.querySelectorAll(".grid figure.chart")].map((figure) =>
    update(figure.id, rowsOf(figure).map((row) => ({ ...row, dim: one !== null && row.family !== one })))));
}
const choose = (family) => set({ family: family === chosen() ? null : family });
for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    choose(button.dataset.show);
  });
  button.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    choose(button.dataset.show);
  });
}
$("family-all").addEventListener("click", () => {
  const button = document.querySelector(`[data-show="${chosen()}"]`);
  choose(null);
  button.focus();
});
onChange(show);
await drawAll();
document.documentElement.dataset.ready = "";
