// The days of a clause or of a whole instrument: two fields, a reset, and a strip of time in which it binds.
import { get, onChangeOf, set } from "./state.js";
import { el } from "./words.js";

const FROM = Date.parse(document.body.dataset.from);
const WHOLE = Date.parse(document.body.dataset.until) - FROM;
const at = (day) => Math.min(Math.max((100 * (Date.parse(day) - FROM)) / WHOLE, 0), 100);

export function bindDays(root = document) {
  for (const box of root.querySelectorAll(".days:not([data-bound])")) bindOne(box);
}

function bindOne(box) {
  box.dataset.bound = "";
  const { subject } = box.dataset;
  const instrument = subject.split(".").slice(0, 2).join(".");
  const fields = [...box.querySelectorAll("[data-day]")];
  const back = box.querySelector(".back");
  const key = (field) => `${subject}.${field.dataset.day}`;
  // a clause that is not moved by itself goes with its instrument
  const under = (field) => (instrument === subject ? null : get(`${instrument}.${field.dataset.day}`)) ?? field.dataset.usual;

  const show = () => {
    for (const field of fields) if (document.activeElement !== field) field.value = get(key(field)) ?? under(field);
    const changed = fields.some((field) => get(key(field)) !== null);
    box.classList.toggle("changed", changed);
    back.hidden = !changed;
    bar(box.querySelector(".fill"), ...fields.map((field) => field.value));
    bar(box.querySelector(".usual"), ...fields.map((field) => field.dataset.usual));
  };
  for (const field of fields) field.addEventListener("change", () => {
    const good = field.value === "" ? field.validity.valid : field.value >= field.min && field.value <= field.max;
    box.querySelector(".wrong")?.remove();
    field.setAttribute("aria-invalid", String(!good));
    if (!good) return void box.append(el("p", { class: "wrong", role: "alert", text: `Allowed: ${field.min} to ${field.max}` }));
    set({ [key(field)]: field.value === under(field) ? null : field.value });
    if (field.value === "") field.value = under(field);
    show();
  });
  back.addEventListener("click", () => {
    set(Object.fromEntries(fields.map((field) => [key(field), null])));
    fields[0].focus();
    for (const field of fields) field.value = under(field);
    show();
  });
  onChangeOf(() => fields.map((field) => `${get(key(field))} ${under(field)}`).join(), show);
  show();
}

function bar(rect, from, to) {
  const x = from ? at(from) : 100;
  rect.setAttribute("x", x);
  rect.setAttribute("width", Math.max((to ? at(to) : 100) - x, 0));
}
