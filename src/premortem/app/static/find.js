// What a reader's words find: whole words first, and only where none has them all, their beginnings or parts.
const split = (text) => text.toLowerCase().split(/[^\p{L}\p{N}%]+/u).filter(Boolean);

/** For each text whether it is found; all are where nothing is asked. */
export function found(texts, asked) {
  const words = split(asked);
  if (!words.length) return texts.map(() => true);
  const held = texts.map(split);
  const whole = held.map((of) => words.every((word) => of.includes(word)));
  return whole.some(Boolean) ? whole : held.map((of) => words.every((word) => of.some((one) => one.includes(word))));
}

const named = (option, asked) => (option.dataset.words ?? "").toLowerCase().split(", ").includes(asked.trim().toLowerCase());

/** What a change that words made says of itself, since it is not yet a choice. */
export const FOUND = "found";
/** A field that leaves of a list what its words find, and chooses what is called so, else the first of it; what is found stands in `said`. */
export function filter(field, select, said) {
  const all = [...select.querySelectorAll("option")].filter((option) => option.value);
  const texts = all.map((option) => `${option.text} ${option.dataset.words ?? ""} ${option.value.replace(/[._]/g, " ")}`);
  field.addEventListener("input", () => {
    const left = found(texts, field.value);
    all.forEach((option, i) => (option.hidden = option.disabled = !left[i]));
    const open = all.filter((option) => !option.disabled);
    const first = open.find((option) => named(option, field.value)) ?? open[0];
    if (first && (field.value.trim() || select.selectedOptions[0]?.disabled)) {
      select.value = first.value;
      select.dispatchEvent(new CustomEvent("change", { detail: FOUND }));
    }
    said.textContent = field.value.trim() ? `${left.filter(Boolean).length} of ${all.length}` : "";
  });
}
