// When a view has rested for a second its shares are answered again with ten times the futures, and the answer is compared:
// within its intervals the picture stays; else the finer one takes its place. Whatever moves first calls it off.
import { get, onChange, query } from "./state.js";

const REST = 1000;
const place = document.getElementById("futures");
const thousands = (n) => n.toLocaleString("en");

/** `paint(answer)` draws the finer answer. */
export function refine(paint) {
  if (!place || get("n")) return;
  let idle = null;
  let asking = null;
  const later = () => {
    clearTimeout(idle);
    asking?.abort();
    idle = setTimeout(ask, REST);
  };
  async function ask() {
    if (get("w")) return; // by what was known on a day: the run's own board, or futures drawn for it
    asking = new AbortController();
    const inHaste = Number(document.documentElement.dataset.futures ?? Infinity);
    try {
      const response = await fetch(`/api/board/refined?${query()}`, { signal: asking.signal });
      if (!response.ok) return;
      const answer = await response.json();
      if (answer.outside.length || inHaste < answer.first) paint(answer);
      place.textContent = answer.outside.length
        ? `${thousands(answer.futures)} futures: ${answer.outside.join(", ")} lay outside the interval of the first ${thousands(answer.first)}.`
        : `${thousands(answer.first)} futures; ${thousands(answer.futures)} agree within every interval.`;
    } catch { /* called off, or the server is gone, which the frame says */ }
  }
  onChange(later);
  later();
}
