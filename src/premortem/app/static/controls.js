// A control is a slider, a number field and a reset, all of one key of the address.
import { get, onChangeOf, set } from "./state.js";
import { beside, el, field as brief, quantity, typed as read } from "./words.js";

const recent = { first: [], whole: [] };
const drawn = { first: 0, whole: 0 };
/** Remember how long a move took until it was answered, by all futures or by the first of them; on a slow machine sliders answer when let go, and say so. */
export function took(milliseconds, isWhole = true) {
  const kind = isWhole ? "whole" : "first";
  recent[kind].push(milliseconds);
  if (recent[kind].length > 5) recent[kind].shift();
  const seen = recent.first.length ? recent.first : recent.whole; // what a person sees first
  const slow = seen.length === 5 && [...seen].sort((a, b) => a - b)[2] > 150;
  document.documentElement.toggleAttribute("data-slow", slow);
  drawn[kind] += 1;
  Object.assign(document.documentElement.dataset, { [kind]: milliseconds.toFixed(1), [`${kind}s`]: String(drawn[kind]) });
}
const slow = () => document.documentElement.hasAttribute("data-slow");

export function bind(root = document) {
  for (const control of root.querySelectorAll(".control:not([data-bound])")) bindOne(control);
}

function bindOne(control) {
  control.dataset.bound = "";
  const [range, field, said, back] = ["input[type=range]", ".number", "output", ".back"].map((s) => control.querySelector(s));
  const { key, unit } = control.dataset;
  const usual = Number(control.dataset.usual);

  const show = (value, typed = false) => {
    range.value = value;
    if (!typed) field.value = brief(Number(value), unit);
    const text = quantity(Number(value), unit);
    said.textContent = beside(Number(value), unit);
    const changed = Math.abs(value - usual) > 1e-9 * Math.max(1, Math.abs(usual));
    range.setAttribute("aria-valuetext", changed ? text : `${text}, as it stands`);
    control.classList.toggle("changed", changed);
    back.hidden = !changed;
    return changed;
  };
  const move = (value, rest, typed = false) => {
    wrong(control, field, "");
    const changed = show(value, typed);
    if (rest || !slow()) set({ [key]: changed ? String(Number(Number(value).toPrecision(10))) : null }, rest);
  };
  range.addEventListener("input", () => move(Number(range.value), false));
  range.addEventListener("change", () => move(Number(range.value), true));
  range.addEventListener("keydown", (event) => {
    const leap = { PageUp: 10, PageDown: -10 }[event.key];
    if (!leap) return;
    event.preventDefault();
    const to = Number(range.value) + leap * Number(range.step);
    move(Math.min(Math.max(to, Number(range.min)), Number(range.max)), true);
  });
  field.addEventListener("change", () => {
    // what reads as it usually stands is the usual value itself, with all its digits
    const value = field.value === brief(usual, unit) ? usual : read(field.value, unit);
    const least = Number(control.dataset.low);
    const bounded = !key.startsWith("l.") || unit === "share" || unit === "strength";
    if (!Number.isFinite(value) || value < least || (bounded && value > Number(control.dataset.high)))
      wrong(control, field, `Allowed: ${quantity(least, unit)} to ${bounded ? quantity(Number(control.dataset.high), unit) : "any"}`);
    else move(value, true, false);
  });
  back.addEventListener("click", () => { move(usual, true); range.focus(); });
  onChangeOf(() => get(key), (held) => {
    if (document.activeElement === field || document.activeElement === range) return;
    show(held === null || key.startsWith("p.") ? held?.split("..").length === 1 ? Number(held) : usual : Number(held));
  });
}

/** Say below the row of a control why what was typed in its field is not taken; nothing takes that back. */
export function wrong(control, field, why) {
  control.querySelector(".wrong")?.remove();
  field.toggleAttribute("aria-invalid", Boolean(why));
  if (why) {
    field.setAttribute("aria-invalid", "true");
    control.querySelector(".row").append(el("p", { class: "wrong", role: "alert", text: why }));
  }
}

/** The control of an API's row, as the server draws it. */
export function make(c) {
  const id = `c-${c.key}`;
  return el("div", { class: "control", "data-key": c.key, "data-usual": c.usual, "data-unit": c.unit, "data-low": c.low, "data-high": c.high },
    el("label", { for: id, text: c.label }),
    el("div", { class: "row" },
      el("input", { type: "range", id, min: c.low, max: c.high, step: c.step, value: c.value, "aria-valuetext": quantity(c.value, c.unit) }),
      el("input", { type: "text", inputmode: "decimal", class: "number", value: brief(c.value, c.unit), "aria-label": `${c.label}, value` }),
      el("output", { text: beside(c.value, c.unit) }),
      el("button", { type: "button", class: "quiet back", hidden: c.value === c.usual, "aria-label": `${c.label}: back to ${quantity(c.usual, c.unit)}`, text: "Reset" })),
    c.note ? el("p", { class: "note", text: c.note }) : null);
}
