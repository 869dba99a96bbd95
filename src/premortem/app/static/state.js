// The view is the address: one store, with replaceState while a slider moves and pushState when it rests.
/** Keys of what a person changes: clause numbers, days, thresholds, beliefs. Numbers and days belong to one policy. */
export const EDITS = ["l.", "d.", "t.", "p."];
export const OF_POLICY = ["l.", "d."];
const listeners = new Set();
let params = new URLSearchParams(location.search);
let step = history.state?.step ?? 0;
history.replaceState({ step }, "");
let resting = location.search;

export const get = (key) => params.get(key);
export const query = () => params.toString();
export const pairs = () => [...params];
export const keys = (prefix) => [...params.keys()].filter((k) => k.startsWith(prefix));
export const depth = () => step;

export function link(path) {
  const text = query();
  return text ? `${path}?${text}` : path;
}

/** Set keys (null takes one away) and tell everybody; with `rest` the step is one that Undo goes back over. */
export function set(changes, rest = true) {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === "") params.delete(key);
    else params.set(key, value);
  }
  const address = link(location.pathname);
  if (rest && resting !== (query() ? `?${query()}` : "")) {
    // what was shown before the drag is what Undo returns to
    if (resting !== null) history.replaceState({ step }, "", location.pathname + resting);
    step += 1;
    history.pushState({ step }, "", address);
    resting = location.search;
  } else history.replaceState({ step }, "", address);
  tell(rest);
}

function tell(rest) {
  for (const hear of listeners) hear(rest);
}

/** `hear(rest)` is called after every change of the view; `rest` is false while something is dragged. */
export function onChange(hear) {
  listeners.add(hear);
}

addEventListener("popstate", (event) => {
  params = new URLSearchParams(location.search);
  step = event.state?.step ?? 0;
  resting = location.search;
  tell(true);
});
