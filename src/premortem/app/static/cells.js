// Cells of the board: text stays text, the bar is three numbers.
import { get } from "./state.js";
import { few, interval, share } from "./words.js";

const many = document.getElementById("many");
const whole = Number(many?.textContent.replaceAll(",", ""));
/** Whether an answer rests on all futures that the page is of. */
export const isWhole = (answer) => get("n") !== null || answer.futures >= whole;

/** Say how many futures the shares on the page rest on, whenever others are painted. */
export function restsOn(answer) {
  const said = answer.futures.toLocaleString("en");
  document.documentElement.dataset.futures = answer.futures;
  many.textContent = said;
  const place = document.getElementById("futures");
  if (place) place.textContent = isWhole(answer) ? `${said} futures.` : `The first ${said} futures; more follow.`;
}

export function paint(cell, row, base) {
  cell.classList.remove("old");
  cell.querySelector(".share").textContent = share(row.holds);
  const mark = cell.querySelector(".no-verdict");
  if (mark) mark.hidden = !row.depends;
  bar(cell, row, base);
  if (cell.querySelector(".delta")) difference(cell, row, base);
  const range = cell.querySelector(".range");
  if (range) range.textContent = interval(row);
  const first = cell.querySelector(".first");
  if (first) first.textContent = row.first;
}

function difference(place, row, base) {
  const delta = place.querySelector(".delta");
  const known = base && base.holds !== null && row.holds !== null;
  delta.textContent = known ? few(row.holds - base.holds) : "";
  delta.classList.toggle("noise", Boolean(known && isNoise(base, row)));
}

/** Whether a change of a share may be sampling, which counts on both sides; the same rule as the server's (Newcombe 1998, method 10). */
export function isNoise(before, after) {
  if ([before.low, before.high, after.low, after.high].includes(null)) return false;
  const change = after.holds - before.holds;
  const low = change - Math.hypot(after.holds - after.low, before.high - before.holds);
  const high = change + Math.hypot(after.high - after.holds, before.holds - before.low);
  return low <= 0 && high >= 0;
}

export function bar(cell, row, base) {
  cell.querySelector(".fill").setAttribute("width", 100 * row.holds);
  const span = cell.querySelector(".span");
  span.setAttribute("x", 100 * row.low);
  span.setAttribute("width", 100 * (row.high - row.low));
  const ghost = cell.querySelector(".ghost");
  ghost.setAttribute("visibility", base ? "visible" : "hidden");
  const around = cell.querySelector(".ghost-span"); // its own interval, since a change within noise may lie outside the other
  around.setAttribute("visibility", base ? "visible" : "hidden");
  if (!base) return;
  ghost.setAttribute("x", Math.min(100 * base.holds, 98.5));
  around.setAttribute("x", 100 * (base.low ?? base.holds));
  around.setAttribute("width", 100 * ((base.high ?? base.holds) - (base.low ?? base.holds)));
}

/** Paint every cell that an answer of the board speaks of. */
export function paintAll(answer, policy, vs = null) {
  restsOn(answer);
  const base = Object.fromEntries(answer.base.map((r) => [r.assumption, r]));
  // a second policy is shown against the first
  const first = Object.fromEntries(answer.board.filter((r) => r.policy === policy).map((r) => [r.assumption, r]));
  for (const row of answer.board) {
    const cell = document.querySelector(`[data-cell="${row.assumption}:${row.policy}"]`);
    if (cell) paint(cell, row, row.policy === policy ? base[row.assumption] : row.policy === vs ? first[row.assumption] : null);
  }
}
/** The view beside the one that is pinned, with the difference of each share. */
export function paintTwo(answer, policy, pinned) {
  document.getElementById("two").hidden = !pinned;
  for (const row of answer.board.filter((r) => r.policy === policy)) {
    const line = document.querySelector(`[data-two="${row.assumption}"]`);
    const base = pinned ? answer.base.find((r) => r.assumption === row.assumption) : null;
    line.querySelector("[data-now]").textContent = share(row.holds);
    line.querySelector("[data-pinned]").textContent = base ? share(base.holds) : "";
    difference(line, row, base);
  }
}
/** The table of what each share may vary by, under the policy in view; its heads name the bands. */
export function paintBands(answer, policy) {
  for (const row of answer.board.filter((r) => r.policy === policy)) {
    const line = document.querySelector(`[data-bands-of="${row.assumption}"]`);
    if (!line) continue;
    for (const cell of line.querySelectorAll("[data-band]")) {
      const ends = row.bands[cell.dataset.band];
      cell.textContent = ends ? interval({ low: ends[0], high: ends[1] }) : "-";
    }
    line.querySelector("[data-holds]").textContent = share(row.holds);
    line.querySelector("[data-verdict]").textContent = row.verdict;
  }
}
