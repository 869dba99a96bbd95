// What is moved is answered at once by the first futures, and by all of them once it rests.
import { latest } from "./ask.js";
import { isWhole } from "./cells.js";
import { took } from "./controls.js";
import { get, onChange, query } from "./state.js";

/** `paint(answer)` draws the board's answer for the policy in view, which says on how many futures it rests. */
export function answerMoves(paint) {
  let begun = null; // the view that the first futures were asked about last
  let told = null; // the one that they have answered
  let resting = true;
  onChange((rest) => {
    const [asked, about] = [performance.now(), query()];
    const ask = (first, then = () => {}) => latest("board", `/api/board?only=1${first ? "&first=1" : ""}&${about}`, (answer) => {
      paint(answer);
      requestAnimationFrame(() => took(performance.now() - asked, isWhole(answer)));
      then(answer);
    });
    resting = rest;
    if (get("n") !== null || get("w") !== null || told === about) return ask(false);
    if (begun === about) return; // the first answer, when it comes, asks for the others
    begun = about;
    ask(true, (answer) => {
      told = about;
      if (resting && query() === about && !isWhole(answer)) ask(false);
    });
  });
}
