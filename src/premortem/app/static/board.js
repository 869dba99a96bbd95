// The board answers a moved number at once for the policy in view, and for the others when it rests.
import { latest } from "./ask.js";
import { paintAll, paintBands, paintTwo } from "./cells.js";
import { bind, make } from "./controls.js";
import { say } from "./frame.js";
import { answerMoves } from "./moved.js";
import { refine } from "./refine.js";
import { get, onChange, query } from "./state.js";
import { el, points } from "./words.js";

// fewest effective futures whose weighted shares are shown without a warning; the same as the server's
const FEW = 200;
const $ = (id) => document.getElementById(id);
const policy = () => get("policy") ?? document.body.dataset.first;

function shown(answer) {
  paintAll(answer, policy(), get("vs"));
  $("moved").textContent = answer.moved;
  $("sentence").textContent = answer.sentence;
  $("board").classList.toggle("weak", answer.effective_futures !== null && answer.effective_futures < FEW);
  $("warnings").hidden = answer.warnings.length === 0;
  $("warnings").textContent = answer.warnings.join(" ");
  if (answer.effective_futures !== null) $("futures").textContent = `${Math.round(answer.effective_futures).toLocaleString("en")} effective futures.`;
  $("board").dataset.query = answer.query;
  say(answer.sentence);
  paintBands(answer, policy());
  paintTwo(answer, policy(), get("pin") !== null);
}

function classes() {
  for (const cell of document.querySelectorAll("#board [data-cell], #board th[data-policy]")) {
    const name = cell.dataset.policy ?? cell.dataset.cell.split(":")[1];
    cell.className = name === policy() ? "chosen" : name === get("vs") ? "beside" : "other";
  }
}

function cards() {
  for (const card of document.querySelectorAll("[data-policy-card]")) card.classList.toggle("chosen", card.dataset.policyCard === policy());
}

let quiet = null;
answerMoves(shown);
onChange((rest) => {
  if (!rest) return;
  classes();
  cards();
  // the other columns wait until nothing has moved for a while
  clearTimeout(quiet);
  quiet = setTimeout(() => latest("others", `/api/board?${query()}`, shown), 350);
  later();
});

for (const pick of document.querySelectorAll("[data-pick]")) pick.addEventListener("click", () => {
  const chosen = document.querySelector("[data-state=policy]");
  chosen.value = pick.dataset.pick;
  chosen.dispatchEvent(new Event("change"));
});

// movers: asked for when nothing has moved for a while, and drawn anew only when no one of them is in use
let idle = null;
function later(wait = 700) {
  clearTimeout(idle);
  idle = setTimeout(() => latest("movers", `/api/movers?${query()}`, drawn, (error) => ($("movers").replaceChildren(el("p", { class: "empty", text: error.message })))), wait);
}
function drawn(answer) {
  const place = $("movers");
  if (place.contains(document.activeElement)) return;
  const column = (kind, title) => {
    const rows = answer.movers.filter((r) => r.kind === kind).map((r) => {
      const b = el("b", { class: r.change >= 0 ? "up" : "down", text: `${r.assumption} ${points(r.change)}` });
      return el("div", { class: "mover" }, make({ ...r.control, label: r.control.unit === "strength" ? r.control.label : r.title[0].toUpperCase() + r.title.slice(1) }), el("p", { class: "what" }, b, ` for ${r.move}`));
    });
    return el("div", {}, el("h3", { text: title }), ...rows);
  };
  place.replaceChildren(column("lever", "Levers"), column("belief", "Beliefs"));
  place.setAttribute("aria-busy", "false");
  bind(place);
}
later(50);

refine(shown);

// first visit: four steps, skippable, never again
const STEPS = [
  "Each row is an assumption that the policy rests on, each column a policy. The share says in how many simulated futures it holds.",
  "Beside or below are the levers and beliefs that move the board most. Drag one: the first thousand futures are simulated anew at once, and all two thousand when you let go.",
  "The orange mark on a bar is where it stood before your changes, or the view that you pinned (p). Undo takes changes back one by one.",
  "Everything you see is in the address: copy the link and anybody with premortem sees the same.",
];
const tour = $("tour");
let at = 0;
function next() {
  if (at >= STEPS.length) return done();
  $("tour-text").textContent = `${at + 1} of ${STEPS.length}. ${STEPS[at]}`;
  at += 1;
  $("tour-next").textContent = at === STEPS.length ? "Done" : "Next";
  tour.hidden = false;
}
function done() {
  tour.hidden = true;
  localStorage.setItem("toured", "yes");
}
if (!localStorage.getItem("toured")) next();
$("tour-next").addEventListener("click", next);
$("tour-skip").addEventListener("click", done);
document.documentElement.dataset.ready = "";
