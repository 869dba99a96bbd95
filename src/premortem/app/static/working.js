// What is worked out says so at once, and how long it has taken so far, until the answer takes its place.
import { el } from "./words.js";

/** Say in `place` what is worked out, with the seconds since; the function that is given back ends the count. */
export function working(place, says) {
  const so = el("span", { class: "muted" });
  place.replaceChildren(el("p", { class: "skeleton", role: "status" }, `${says} `, so));
  const began = performance.now();
  const tick = setInterval(() => (so.textContent = `${Math.round((performance.now() - began) / 1000)} s so far.`), 1000);
  return () => clearInterval(tick);
}
