// The view is the address: one store, with replaceState while a slider moves and pushState when it rests.
/** Keys of what a person changes: clause numbers, days, thresholds, beliefs. Numbers and days belong to one policy. */
export const EDITS = ["l.", "d.", "t.", "p."];
export const OF_POLICY = ["l.", "d."];
const listeners = new Set();
// An address of more characters is kept by the server under a short name, which stands in its place.
const LONG = 1500;
const { study, own } = document.body.dataset;
// What the server does not understand of the address goes on to no question, which would be refused for it.
const leftOut = [...new URLSearchParams(document.body.dataset.leftOut)];
function whole() {
  const found = new URLSearchParams(/[?&]state=/.test(location.search) ? history.state?.query ?? document.body.dataset.query : location.search);
  for (const [key, text] of leftOut) if (found.get(key) === text) found.delete(key);
  return found;
}
let params = whole();
let step = history.state?.step ?? 0;
let resting = search();
// the last step that was made, kept for the tab, since a page may be asked for anew on the way back
const FAR = "farthest";
// presses of one key after another on one slider are one step, as a drag is, until they pause for so long [ms]
const RUN = 1000;
const run = { keys: false, about: "", until: 0 };
addEventListener("keydown", (event) => (run.keys = event.target.type === "range" && /^(Arrow|Page|Home|End)/.test(event.key)), true);
addEventListener("pointerdown", () => (run.keys = false), true);
let far = history.state ? Math.max(step, Number(sessionStorage.getItem(FAR) ?? 0)) : 0;
history.replaceState({ step, query: query() }, "");

export const get = (key) => params.get(key);
export function query() {
  return params.toString();
}
function search() {
  return query() ? `?${query()}` : "";
}
/** Settings of the view; which files a link was made over is none. */
export const pairs = () => [...params].filter(([k]) => k !== "study");
export const keys = (prefix) => [...params.keys()].filter((k) => k.startsWith(prefix));
export const depth = () => step;
/** Whether Undo left a step that Redo can go to. */
export const ahead = () => step < far;

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
  // settings over files of one's own say over which
  params.delete("study");
  if (own !== undefined && query()) params.set("study", study);
  const address = link(location.pathname);
  const about = Object.keys(changes).join(" ");
  const goesOn = run.keys && about === run.about && performance.now() < run.until;
  if (rest) Object.assign(run, { about, until: performance.now() + RUN });
  if (rest && resting !== search() && goesOn && resting !== null) {
    // the next press of a run of keys: the step that the first made now leads here
    history.replaceState({ step }, "", address);
    resting = search();
  } else if (rest && resting !== search()) {
    // what was shown before the drag is what Undo returns to
    if (resting !== null) history.replaceState({ step }, "", location.pathname + resting);
    step += 1;
    far = step;
    sessionStorage.setItem(FAR, far);
    history.pushState({ step }, "", address);
    resting = search();
  } else history.replaceState({ step }, "", address);
  tell(rest);
  if (rest) shorten();
}

/** The whole address, good on any machine, with the files that it was made over. */
export function wholeLink() {
  const all = new URLSearchParams(params);
  if (query()) all.set("study", study);
  return `${location.origin}${location.pathname}${query() ? `?${all}` : ""}`;
}

async function shorten() {
  const asked = query();
  if (asked.length <= LONG) return;
  const sent = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query: asked }) };
  const answer = await fetch("/api/states", sent).catch(() => null); // where it cannot be kept the long one stays
  if (answer?.ok && asked === query()) history.replaceState({ step, query: asked }, "", `${location.pathname}?state=${(await answer.json()).state}`);
}

function tell(rest) {
  for (const hear of listeners) hear(rest);
}

/** `hear(rest)` is called after every change of the view; `rest` is false while something is dragged. */
export function onChange(hear) {
  listeners.add(hear);
}

/** `hear(now)` is called when what it shows has changed: drawing all controls anew would keep the answer to one of them waiting. */
export function onChangeOf(read, hear) {
  let seen = read();
  onChange(() => {
    const now = read();
    if (now === seen) return;
    seen = now;
    hear(now);
  });
}

addEventListener("popstate", (event) => {
  params = whole();
  step = event.state?.step ?? 0;
  resting = search();
  tell(true);
});
shorten();
