// The frame of every screen: view picks, undo, copy, look, keys, notices, and a server that is gone or changed.
import "./timeline.js";
import { relook } from "./chart.js";
import { bind } from "./controls.js";
import { EDITS, OF_POLICY, ahead, depth, get, keys, link, onChange, pairs, set, wholeLink } from "./state.js";
import { savePage } from "./save.js";
import { dayInWords } from "./words.js";

const $ = (id) => document.getElementById(id);
const DEFAULTS = { policy: document.body.dataset.first, vs: "", asof: document.body.dataset.known, w: "" };

// on a phone the answer comes first: the settings wait behind one line
const phone = window.matchMedia("(max-width: 560px)");
const fold = () => ($("settings").open = !phone.matches && !("folded" in $("settings").dataset));
phone.addEventListener("change", fold);
fold();
$("settings").dataset.ready = "";

for (const pick of document.querySelectorAll("[data-state]")) {
  pick.addEventListener("change", () => {
    const value = pick.type === "checkbox" ? (pick.checked ? pick.value : "") : pick.value;
    const key = pick.dataset.state;
    // clause numbers and days of another policy are other ones
    const dropped = key === "policy" ? Object.fromEntries(OF_POLICY.flatMap(keys).map((k) => [k, null])) : {};
    set({ ...dropped, [key]: value === DEFAULTS[key] ? null : value });
  });
}

function follow() {
  for (const a of document.querySelectorAll("[data-nav]")) a.href = link(a.dataset.nav);
  for (const a of document.querySelectorAll("[data-api]:not([data-api=''])")) a.href = link(a.dataset.api);
  for (const pick of document.querySelectorAll("[data-state]")) {
    const value = get(pick.dataset.state) ?? DEFAULTS[pick.dataset.state];
    if (pick.type === "checkbox") pick.checked = value === pick.value;
    // what a link asks for and is not there leaves the list as the server drew it
    else if (document.activeElement !== pick && (!pick.options || [...pick.options].some((o) => o.value === value))) pick.value = value;
  }
  const edits = EDITS.flatMap(keys).length;
  $("edits").hidden = edits === 0;
  $("edited").textContent = `${edits} change${edits === 1 ? "" : "s"} of yours`;
  pinned();
  for (const day of document.querySelectorAll("[data-asof]")) day.textContent = dayInWords(get("asof") ?? DEFAULTS.asof);
  $("day-alone").hidden = location.pathname === "/" || Boolean(get("w")) || (get("asof") ?? DEFAULTS.asof) === DEFAULTS.asof;
  $("undo").disabled = depth() === 0;
  $("redo").disabled = !ahead();
}
// what a page does not redraw by itself is asked for anew: also when Back leads to it
const live = `${document.body.dataset.live} pin`.split(" ").flatMap((k) => (k === "edits" ? EDITS : [k]));
const still = () => JSON.stringify(pairs().filter(([k]) => !live.some((l) => (l.endsWith(".") ? k.startsWith(l) : k === l))));
const loaded = still();
onChange((rest) => {
  follow();
  if (rest && !live.includes("*") && still() !== loaded) {
    document.documentElement.dataset.old = ""; // what is shown is of the view before, until the page comes anew
    location.reload();
  }
});
follow();
bind();

$("reset").addEventListener("click", (event) => {
  event.preventDefault();
  set(Object.fromEntries(EDITS.flatMap(keys).map((k) => [k, null])));
});
$("undo").addEventListener("click", () => history.back());
$("redo").addEventListener("click", () => history.forward());
$("copy").addEventListener("click", copy);
const HERE = ["127.0.0.1", "localhost", "[::1]"];
async function copy() {
  try {
    await navigator.clipboard.writeText(wholeLink());
    flash("Link copied");
    // who is sent it must be able to open it
    $("copied").hidden = !HERE.includes(location.hostname);
    $("copied").firstChild.textContent = "Copied. The link opens on this machine only. To send what it shows: ";
  } catch {
    flash("Copy the address of this page: it holds everything shown");
  }
}
$("save").addEventListener("click", () => savePage().then(() => flash("Saved")));
function flash(text) {
  const before = $("copy").textContent;
  $("copy").textContent = text;
  $("said").textContent = text;
  setTimeout(() => ($("copy").textContent = before === text ? "Copy link" : before), 1500);
}

/** Keep the present view as the mark on every bar, to compare what is chosen next with; the same view once more lets it go. */
const present = () => new URLSearchParams(pairs().filter(([k]) => k !== "pin")).toString() || `policy=${DEFAULTS.policy}`;
function pin() {
  const again = get("pin") === present();
  set({ pin: again ? null : present() });
  $("said").textContent = again ? "Nothing is pinned" : "This view is pinned: marks on the bars show it from now on";
}
$("pin")?.addEventListener("click", pin);
$("unpin").addEventListener("click", () => {
  set({ pin: null });
  $("main").focus();
});
function pinned() {
  const held = new URLSearchParams(get("pin") ?? "");
  const many = [...held.keys()].filter((k) => EDITS.some((e) => k.startsWith(e))).length;
  const title = document.querySelector(`[data-state=policy] option[value="${CSS.escape(held.get("policy") ?? DEFAULTS.policy)}"]`)?.text;
  $("pinned").hidden = get("pin") === null;
  $("pinned-beside").hidden = !get("vs");
  $("pinned-what").textContent = `${title ?? "another policy"}${many ? ` with ${many} change${many === 1 ? "" : "s"}` : ""}`;
  $("pinned-what").href = `${location.pathname}?${held}`;
}

const look = $("look");
look.value = document.documentElement.dataset.look ?? "";
look.addEventListener("change", () => {
  if (look.value) document.documentElement.dataset.look = look.value;
  else delete document.documentElement.dataset.look;
  look.value ? localStorage.setItem("look", look.value) : localStorage.removeItem("look");
  relook();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => relook());

// on a phone the tabs scroll: the one in use is in sight
for (const tab of document.querySelectorAll("nav [aria-current]")) tab.scrollIntoView({ inline: "center", block: "nearest" });

// keys: none acts while something is typed, and all can be switched off
const on = $("keys-on");
on.checked = localStorage.getItem("keys") !== "off";
on.addEventListener("change", () => localStorage.setItem("keys", on.checked ? "on" : "off"));
function help() {
  // who pressed `?` with nothing in focus goes on in the page, not at its top
  const before = document.activeElement === document.body ? $("main") : document.activeElement;
  $("help").addEventListener("close", () => before.focus(), { once: true });
  $("help").showModal();
}
$("keys").addEventListener("click", help);
document.querySelector("[data-close]").addEventListener("click", () => $("help").close());
const GO = Object.fromEntries([...document.querySelectorAll("[data-go]")].map((k) => [k.dataset.go, k.dataset.to]));
let typed = "";
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("input[type=search]")) $("main").focus();
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
  if (event.key === "?") return help();
  if (!on.checked) return;
  typed = (typed + event.key).slice(-3);
  const a = typed.match(/ga(\d)$/);
  const id = a && document.body.dataset.assumptions.split(" ").find((name) => name.slice(1) === a[1]);
  if (id) location.href = link(`/a/${id}`);
  else if (typed.at(-2) === "g" && GO[event.key]) location.href = link(GO[event.key]);
  else if (event.key === "u") history.back();
  else if (event.key === "U") history.forward();
  else if (event.key === "c") copy();
  else if (event.key === "p") pin();
  else if (event.key === "/") {
    event.preventDefault();
    const search = [...document.querySelectorAll("main input[type=search]")].find((field) => field.checkVisibility());
    (search ?? document.querySelector(".bar [data-nav='/find']")).focus();
  } else if (event.key === "t") {
    const details = (event.target.closest("figure") ?? document.querySelector("figure.chart"))?.querySelector("details");
    if (details) details.open = !details.open;
  }
});

// a study that changes on disk, and a server that stops, are both said
setInterval(async () => {
  if (document.hidden) return;
  try {
    const health = await (await fetch("/api/health")).json();
    $("offline").hidden = true;
    if (health.stale) notice(`The study changed on disk. `, "Reload keeps your settings");
  } catch {
    $("offline").hidden = false;
  }
}, 10_000);
function notice(text, action) {
  const place = $("notice");
  if (!place.hidden && place.dataset.kind === "stale") return;
  place.dataset.kind = "stale";
  const again = document.createElement("a");
  again.href = location.href;
  again.textContent = action;
  place.replaceChildren(text, again);
  place.hidden = false;
}

/** Say a sentence to screen readers, at most once a second and after movement stops. */
let speaking = null;
export function say(text) {
  clearTimeout(speaking);
  speaking = setTimeout(() => ($("said").textContent = text), 1000);
}

// a page without a script of its own is ready when its frame is
if (!document.querySelector("script[type=module]:not([src*=frame])")) document.documentElement.dataset.ready = "";
