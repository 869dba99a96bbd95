// A ledger is chosen, its columns are matched, it is decided, and shown: rejected rows on top, outcomes, room left, rows by filter.
import { fetchJson } from "./ask.js";
import { link } from "./state.js";
import { dayInWords, el, quantity } from "./words.js";

const $ = (id) => document.getElementById(id);
const form = $("ledger");
// of a CSV the first lines are enough to match columns
const HEAD = 100_000;
// the choice of a column of which it must be said what it holds
const UNSAID = "?";
let chosen = null;
let reading = null; // of the chosen file: whether it could be read, once that is known

const own = new Map(); // what the user chose for each heading of the file: no new match takes it away

const choose = (file) => {
  if (file !== chosen) own.clear();
  return (reading = read(file));
};

const refuse = (what, error) => {
  $("ways").open ||= /under (Sheet|Days)|decimal mark/.test(error.message);
  $("result").replaceChildren(el("div", { class: "notice", role: "alert" }, el("p", { text: `${what} ${error.message}` })));
};

async function read(file) {
  chosen = file;
  $("result").replaceChildren();
  try {
    match(await fetchJson("/api/ledger/columns", { method: "POST", body: await headed(file) }));
    return true;
  } catch (error) {
    $("matching").hidden = true;
    refuse("This file was not read.", error);
    return false;
  }
}

async function headed(file) {
  const body = new FormData();
  const bytes = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  // two bytes a letter cannot be cut at a byte that ends a line
  const cut = file.name.toLowerCase().endsWith(".csv") && file.size > HEAD && !bytes.slice(0, 2).some((b) => b >= 0xfe);
  body.set("file", cut ? new File([bytes.slice(0, bytes.lastIndexOf(10) + 1)], file.name) : file, file.name);
  body.set("sheet", $("sheet").value);
  body.set("profile", $("profile").value);
  return body;
}

function match({ columns, fields, needed, names_item: namesItem, linking }) {
  const first = [...needed, ...namesItem];
  const pick = ({ heading, field, asks }) => {
    const taken = own.get(heading) ?? (asks ? UNSAID : field);
    const option = (value, text = value.replaceAll("_", " ")) => el("option", { value, text, selected: value === taken });
    const chose = (event) => {
      own.set(heading, event.target.value);
      if (said()) again();
    };
    return el("select", { "aria-label": `${heading} means`, "data-heading": heading, onchange: chose },
      ...(asks ? [option(UNSAID, "say which")] : []),
      option("", "nothing: kept, not read"),
      el("optgroup", { label: "Needed" }, ...first.map((f) => option(f))),
      el("optgroup", { label: "May be given" }, ...fields.filter((f) => !first.includes(f)).map((f) => option(f))),
      el("optgroup", { label: "Link rows" }, ...linking.map((f) => option(f))));
  };
  const named = ({ heading, asks }) => (asks ? el("span", {}, heading, el("span", { class: "claim", text: asks })) : heading);
  const samples = (values) => el("span", {}, ...values.flatMap((v, i) => [i ? ", " : "", DAY.test(v) ? el("span", { class: "whole", text: v }) : v.slice(0, 40)]));
  $("matching-table").replaceChildren(grid(["Your column", "First values", "Means"], columns.map((c) => [named(c), samples(c.values), pick(c)]), "Columns"));
  $("matching").dataset.needed = JSON.stringify(needed);
  $("matching").dataset.namesItem = JSON.stringify(namesItem);
  $("matching").hidden = false;
  said();
}

function said() {
  const given = Object.values(matched());
  const unsaid = Object.entries(matched()).filter(([, field]) => field === UNSAID).map(([heading]) => heading);
  const lacking = JSON.parse($("matching").dataset.needed).filter((f) => !given.includes(f));
  const namesItem = JSON.parse($("matching").dataset.namesItem);
  if (namesItem.length && !namesItem.some((f) => given.includes(f))) lacking.push(namesItem.join(" or "));
  const says = [
    lacking.length ? `Still needed: ${lacking.join(", ")}. Say which column holds it.` : "",
    unsaid.length ? `Say what ${unsaid.join(" and ")} ${unsaid.length === 1 ? "holds" : "hold"}, or that nothing of it is read.` : "",
  ].filter(Boolean);
  $("matching-said").textContent = says.join(" ") || "All that is needed is there. Decide it, or mend what was guessed.";
  $("matching-said").classList.toggle("lacking", says.length > 0);
  return says.length === 0;
}
const matched = () => Object.fromEntries([...document.querySelectorAll("[data-heading]")].map((s) => [s.dataset.heading, s.value]));

let asked = 0; // an answer to an older question is not shown
/** Decide what is chosen; with `go` the answer is gone to, else it comes where it stands. */
async function decide(go = true) {
  const mine = (asked += 1);
  const body = new FormData(form);
  body.set("file", chosen, chosen.name);
  body.set("columns", JSON.stringify(matched()));
  $("result").replaceChildren(el("p", { class: "skeleton", text: "Deciding ..." }));
  if (go) $("result").scrollIntoView();
  try {
    const found = await fetchJson(link("/api/ledger"), { method: "POST", body });
    if (mine !== asked) return;
    show(found);
  } catch (error) {
    if (mine === asked) refuse("This file was not decided.", error);
  }
  if (!go || mine !== asked) return;
  const answer = $("result").firstElementChild;
  answer.tabIndex = -1;
  answer.focus({ preventScroll: true });
  $("result").scrollIntoView();
}
/** Where an answer is shown, another one takes its place when something is set otherwise. */
const again = () => $("result").hasChildNodes() && decide(false);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!(await (reading ?? choose($("file").files[0])))) return;
  if (said()) await decide();
  else $("matching-title").focus();
});
/** A file whose columns are all known is decided as it comes. */
const take = async (file) => {
  if (file && (await choose(file)) && said()) await decide();
};
for (const name of ["under", "data", "dates", "decimal"]) form.elements[name]?.addEventListener("change", () => chosen && said() && again());
for (const id of ["sheet", "profile"]) $(id).addEventListener("change", () => chosen && choose(chosen));
$("file").addEventListener("change", () => take($("file").files[0]));
form.addEventListener("dragover", (event) => event.preventDefault());
form.addEventListener("drop", (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (!file) return;
  $("file").required = false;
  take(file);
});
$("example").addEventListener("click", async () => {
  const text = await (await fetch("/static/example-ledger.csv")).blob();
  $("file").required = false;
  await take(new File([text], "example-ledger.csv"));
});

// days stay on one line, whole numbers lose their `.0`, flags read as words
const DAY = /^\d{4}-\d\d-\d\d$/;
const FLAGS = { true: "yes", false: "no" };
const LONG = 24; // letters from which a cell is not squeezed
const cell = (content) => (content instanceof Node ? el("td", {}, content) : el("td", { class: DAY.test(content) ? "whole" : String(content ?? "").length > LONG ? "long" : null, text: FLAGS[content] ?? String(content ?? "").replace(/^(-?\d+)\.0$/, "$1") }));
const grid = (heads, rows, label) => el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
  el("table", { class: "plain" }, el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", { scope: "col", text })))), el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell))))));

// a count of rows, and how an outcome reads
const counted = (n) => `${n.toLocaleString("en")} ${n === 1 ? "row" : "rows"}`;
let reads = {};

function show(found) {
  reads = found.reads;
  const parts = [el("h2", { text: `${counted(found.rows)}: ${(found.rows - found.rejected_rows).toLocaleString("en")} decided in ${found.seconds} s, ${found.rejected_rows.toLocaleString("en")} rejected` })];
  // the verdict comes first, whatever else is told
  parts.push(el("p", { class: "lede", text: `May go: ${found.may_go.true.toLocaleString("en")}; may not as it stands: ${found.may_go.false.toLocaleString("en")}; depends on facts or names: ${found.may_go.null.toLocaleString("en")}.` }));
  parts.push(el("p", { class: "inline" }, found.look_file ? el("a", { class: "button", href: found.look_file, download: "", text: `Download the ${counted(found.to_look_at)} to look at (CSV)` }) : null, el("a", { class: "button", href: found.download, download: "", text: "Download all rows (CSV)" }), el("span", { class: "note", text: "Under your own headings, rejected rows and those that depend on something with their reasons. Not legal advice." })));
  if (found.not_law) parts.push(el("p", { class: "warn", text: found.not_law }));
  for (const note of found.notes) parts.push(el("p", { class: "note", text: `${found.file}: ${note}.` }));
  heads = ["Row", ...found.heads]; // rows come with their numbers
  order = answersFirst(["row", ...found.columns]);
  if (found.rejected.some((r) => TWO_WAYS.test(r.why))) parts.push(decimals());
  if (found.rejected_rows) parts.push(el("h3", { text: "Rejected rows" }), grid(["Row", "Why"], found.rejected.map((r) => [r.line || !found.joined ? `${r.row} (${r.line ?? r.row + 1} of the file)` : r.row, r.why]), "Rejected rows"));
  if (found.left_out.length) parts.push(el("details", {}, el("summary", { text: `${counted(found.left_out.length)} ${found.left_out.length === 1 ? "is no shipment" : "are no shipments"}` }), grid(["Row of the file", "Why", "Holds"], found.left_out.slice(0, 100).map((r) => [r.row, r.why, r.text]), "Rows that are no shipments")));
  if (found.profile) parts.push(el("p", { class: "note", text: `Kept for the next table: ${found.profile}` }));
  if (found.hits.length) parts.push(el("h3", { text: "Names to look at: listed, near a listed one, or none" }), grid(["Party", "Name", "Listed as, or why it is asked", "List", "Likeness", "Rows"], found.hits.map((h) => [h.party.replaceAll("_", " "), h.given, h.name || h.source, h.list, h.equal ? "listed" : h.name ? `${Math.round(h.score)} of 100` : "", h.rows]), "Names found in the lists"), el("p", { class: "note", text: "A row with a near name depends on it. If it is another firm's, ask about that shipment under One shipment, and clear the name there with the reason." }));
  for (const names of found.consignees_merged) parts.push(el("p", { class: "warn", text: `One consignee for every limit: ${names.join("; ")}.` }));
  parts.push(el("h3", { text: "Outcomes" }), grid(["Rows", "Outcome"], Object.entries(found.outcomes).map(([o, n]) => [n.toLocaleString("en"), found.reads[o]]), "Outcomes"));
  if (found.stale) parts.push(el("p", { class: "warn", text: `${counted(found.stale)} ${found.stale === 1 ? "is of a day" : "are of days"} after ${dayInWords(found.rulebook.verified_to)}, to which the rulebook is verified.` }));
  parts.push(el("p", { class: "note", text: `${found.current}.` }));
  parts.push(el("details", { open: found.may_go.null > 0 }, el("summary", { text: "Not checked" }), el("ul", {}, ...found.not_checked.map((text) => el("li", { text })))));
  const left = Object.entries(found.headroom);
  if (left.length) parts.push(el("h3", { text: "Limits by country: used and left after the last row" }), grid(["Country", "Used", "Left", ""], left.map(([c, x]) => room(c, x, found.allocations[c], found.headroom_unit)), "Room left"));
  const counts = found.joined ? "" : "Row 1 is the first below the headings, so row 2 of a spreadsheet that begins with them.";
  parts.push(el("h3", { text: "Rows" }), el("p", { class: "note", text: counts }), filters(found), el("div", { id: "rows" }));
  $("result").replaceChildren(...parts);
  rows(found.download);
}

function room(country, left, limit, unit) {
  const drawn = limit - left;
  const share = limit > 0 ? Math.min(Math.max(drawn / limit, 0), 1) : 1;
  const bar = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ class: "share-bar room", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" })) bar.setAttribute(key, value);
  for (const [name, width] of [["track", 100], ["fill", 100 * share]]) {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [key, value] of Object.entries({ class: left < 0 && name === "fill" ? "fill over" : name, width, height: 10 })) rect.setAttribute(key, value);
    bar.append(rect);
  }
  return [country, `${quantity(drawn, unit)} of ${quantity(limit, unit)}`, left < 0 ? `over by ${quantity(-left, unit)}` : quantity(left, unit), bar];
}

// a number that can be read two ways names the setting that settles it, and one press sets it and decides anew
const TWO_WAYS = /can be read two ways/;
let heads = [];
let order = []; // in which the columns are shown
function decimals() {
  $("ways").open = true;
  const mark = form.elements.decimal;
  const pick = (value) => el("button", { type: "button", class: "small", text: [...mark.options].find((o) => o.value === value).text, onclick: () => { mark.value = value; decide(false); } });
  return el("p", { class: "notice", role: "status" }, "Some numbers can be read two ways. Say under Decimal mark, above, how they are written: ", pick("comma"), " ", pick("point"));
}

function filters(found) {
  const pick = (id, label, counts) => el("label", {}, `${label} `, el("select", { id, onchange: () => rows(found.download) }, el("option", { value: "", text: "all" }), ...Object.entries(counts).map(([value, n]) => el("option", { value, text: `${reads[value] ?? value} (${n.toLocaleString("en")})` }))));
  return el("p", { class: "inline" }, pick("by-outcome", "Outcome", found.outcomes), pick("by-clause", "Clause", found.by_clause));
}

// the answer stands beside the row that it is of, before what was given
const ANSWER = ["row", "id", "item", "destination", "outcome", "may_go", "rests_on", "hits", "rejected", "clause"];
const answersFirst = (columns) => {
  const first = ANSWER.map((name) => columns.indexOf(name)).filter((i) => i >= 0);
  return [...first, ...[...columns.keys()].filter((i) => !first.includes(i))];
};
// rows of a table in words: what is neither a yes nor a no depends on something
const worded = (columns) => (row) => order.map((i) => {
  if (columns[i] === "may_go" && row[i] === null && row[columns.indexOf("outcome")]) return "depends";
  return columns[i] === "outcome" ? reads[row[i]] ?? row[i] : row[i];
});

async function rows(address, first = 0) {
  const asked = new URLSearchParams({ outcome: $("by-outcome").value, clause: $("by-clause").value, first });
  try {
    const found = await fetchJson(`${address}/rows?${asked}`);
    const last = first + found.rows.length;
    const says = found.matching === 0 ? "No row has that outcome by that clause." : `Rows ${(first + 1).toLocaleString("en")} to ${last.toLocaleString("en")} of ${found.matching.toLocaleString("en")}`;
    const step = (text, to, on) => el("button", { type: "button", class: "small", text, disabled: !on, onclick: () => rows(address, to) });
    $("rows").replaceChildren(el("p", { class: "inline" }, el("span", { class: "muted", role: "status", text: says }), step("Earlier", Math.max(first - found.most, 0), first > 0), step("Later", last, last < found.matching)), ...(found.rows.length ? [grid(order.map((i) => heads[i]), found.rows.map(worded(found.columns)), "Rows")] : []));
  } catch (error) {
    $("rows").replaceChildren(el("p", { class: "empty", text: error.message }));
  }
}
document.documentElement.dataset.ready = "";
