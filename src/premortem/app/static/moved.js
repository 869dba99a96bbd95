// What is moved is answered at once: by the first futures while it is dragged, and by all of them when it rests.
import { latest } from "./ask.js";
import { isWhole } from "./cells.js";
import { took } from "./controls.js";
import { get, onChange, query } from "./state.js";

/** `paint(answer)` draws the board's answer for the policy in view, which says on how many futures it rests. */
export function answerMoves(paint) {
  onChange((rest) => {
    const asked = performance.now();
    const first = !rest && get("n") === null && get("w") === null;
    latest("board", `/api/board?only=1${first ? "&first=1" : ""}&${query()}`, (answer) => {
      paint(answer);
      requestAnimationFrame(() => took(performance.now() - asked, isWhole(answer)));
    });
  });
}
