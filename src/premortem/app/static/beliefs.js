// Ranges of uncertainties: two handles, two fields; the strip of shares answers with futures drawn inside them.
import { paintAll } from "./cells.js";
import { wrong } from "./controls.js";
import { found } from "./find.js";
import { say } from "./frame.js";
import { answerMoves } from "./moved.js";
import { refine } from "./refine.js";
import { get, onChangeOf, set } from "./state.js";
import { beside, field as brief, typed } from "./words.js";

const $ = (id) => document.getElementById(id);
const short = (x) => String(Number(x.toPrecision(4)));
const full = (x) => String(Number(x.toPrecision(10)));

for (const box of document.querySelectorAll(".belief")) {
  const [low, high] = [Number(box.dataset.low), Number(box.dataset.high)];
  const [from, to, back] = [".from", ".to", ".back"].map((s) => box.querySelector(s));
  const fields = [...box.querySelectorAll(".number")];
  const step = (high - low) / 100;
  // a browser keeps fifteen digits of a handle, by which it may lie beyond an end of the prior
  const at = (handle) => Math.min(high, Math.max(low, Number(handle.value)));

  const show = (a, b) => {
    from.value = a;
    to.value = b;
    fields[0].value = brief(a, box.dataset.unit);
    fields[1].value = brief(b, box.dataset.unit);
    const ends = [a, b].map((x) => beside(x, box.dataset.unit));
    box.querySelector("output").textContent = ends[0] === ends[1] ? ends[0] : ends.join(" to ");
    const width = high - low || 1;
    box.querySelector(".left").setAttribute("width", Math.max(0, (100 * (a - low)) / width));
    box.querySelector(".right").setAttribute("x", Math.min(100, (100 * (b - low)) / width));
    box.querySelector(".right").setAttribute("width", Math.max(0, (100 * (high - b)) / width));
    for (const [handle, value, end] of [[from, a, ends[0]], [to, b, ends[1]]]) handle.setAttribute("aria-valuetext", `${brief(value, box.dataset.unit)} ${end}`.trim());
    const changed = a > low || b < high;
    box.classList.toggle("changed", changed);
    back.hidden = !changed;
    return changed;
  };
  const move = (a, b, rest) => {
    const changed = show(a, b);
    set({ [box.dataset.key]: changed ? `${a === low ? full(a) : short(a)}..${b === high ? full(b) : short(b)}` : null }, rest);
  };
  for (const [handle, which] of [[from, 0], [to, 1]]) {
    const ends = () => (which === 0 ? [Math.min(at(from), at(to)), at(to)] : [at(from), Math.max(at(from), at(to))]);
    handle.addEventListener("input", () => move(...ends(), false));
    handle.addEventListener("change", () => move(...ends(), true));
    handle.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
      if (!by) return;
      event.preventDefault();
      handle.value = Number(handle.value) + by * step;
      move(...ends(), true);
    });
  }
  // what reads as an end of the prior is that end, with all its digits
  const read = (text) => {
    const value = typed(text, box.dataset.unit);
    return [low, high].find((end) => brief(end, box.dataset.unit) === brief(value, box.dataset.unit)) ?? value;
  };
  for (const field of fields) field.addEventListener("change", () => {
    // a field that was not typed into keeps all the digits of its handle
    const [least, most] = [low, high].map((x) => brief(x, box.dataset.unit));
    const words = [low, high].map((x) => beside(x, box.dataset.unit));
    const allowed = words[0] === words[1] ? `${least} to ${most} ${words[0]}`.trim() : `${least} to ${most} (${words.join(" to ")})`;
    const values = fields.map((f, i) => (f === field ? read(f.value) : at([from, to][i])));
    const good = values.every((x) => x >= low && x <= high) && values[0] <= values[1];
    wrong(box, field, good ? "" : `${field.value} is not taken. Allowed: ${allowed}, the first not above the second`);
    if (good) move(...values, true);
  });
  back.addEventListener("click", () => { move(low, high, true); from.focus(); });
  onChangeOf(() => get(box.dataset.key), (now) => {
    if (box.contains(document.activeElement)) return;
    const held = now?.split("..").map(Number);
    show(held?.[0] ?? low, held ? held.at(-1) : high);
  });
}

function shown(answer) {
  paintAll(answer, get("policy") ?? document.body.dataset.first);
  $("sentence").textContent = answer.sentence;
  $("warnings").hidden = answer.warnings.length === 0;
  $("warnings").textContent = answer.warnings.join(" ");
  if (answer.effective_futures) $("record").textContent = `Weighed by the record: ${Math.round(answer.effective_futures)} effective futures of ${answer.futures}.`;
  say(answer.sentence);
}
refine(shown);
answerMoves(shown);

function filter() {
  const [text, room] = [$("find").value.trim().toLowerCase(), $("room").value];
  if (text || room) $("others").open = true;
  const boxes = [...document.querySelectorAll(".belief")];
  const held = found(boxes.map((box) => `${box.dataset.words} ${box.textContent}`), text);
  boxes.forEach((box, i) => (box.hidden = !held[i] || (Boolean(room) && box.dataset.room !== room)));
  const left = boxes.filter((box) => !box.hidden).length;
  $("found").textContent = `${left} uncertainties`;
}
$("find").addEventListener("input", filter);
$("room").addEventListener("change", filter);
document.documentElement.dataset.ready = "";
