// A ledger is sent, decided, and shown: rejected rows on top, outcomes, room left, ten rows, and the whole to download.
import { fetchJson } from "./ask.js";
import { link } from "./state.js";
import { el, quantity } from "./words.js";

const $ = (id) => document.getElementById(id);
const form = $("ledger");

async function decide(file) {
  const body = new FormData(form);
  body.set("file", file, file.name);
  $("result").replaceChildren(el("p", { class: "skeleton", text: "Deciding ..." }));
  try {
    show(await fetchJson(link("/api/ledger"), { method: "POST", body }));
  } catch (error) {
    $("result").replaceChildren(el("div", { class: "notice", role: "alert" }, el("p", { text: `This file was not decided. ${error.message}` })));
  }
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  decide($("file").files[0]);
});
form.addEventListener("dragover", (event) => event.preventDefault());
form.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files[0]) decide(event.dataTransfer.files[0]);
});
$("example").addEventListener("click", async () => {
  const text = await (await fetch("/static/example-ledger.csv")).blob();
  decide(new File([text], "example-ledger.csv"));
});

// days stay on one line, whole numbers lose their `.0`
const cell = (text) => el("td", { class: /^\d{4}-\d\d-\d\d$/.test(text) ? "whole" : null, text: String(text ?? "").replace(/^(-?\d+)\.0$/, "$1") });
const table = (heads, rows, label) => el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
  el("table", { class: "plain" }, el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", { scope: "col", text })))), el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell))))));

function show(found) {
  const parts = [el("h2", { text: `${found.rows.toLocaleString("en")} rows decided in ${found.seconds} s, ${found.rejected_rows.toLocaleString("en")} rejected` })];
  if (found.rejected_rows) parts.push(el("h3", { text: "Rejected rows" }), table(["Row", "Why"], found.rejected.map((r) => [r.row, r.why]), "Rejected rows"));
  parts.push(el("h3", { text: "Outcomes" }), table(["Rows", "Outcome", ""], Object.entries(found.outcomes).map(([o, n]) => [n.toLocaleString("en"), found.reads[o], o]), "Outcomes"));
  const left = Object.entries(found.headroom);
  if (left.length) parts.push(el("h3", { text: "Room left under the country allocation" }), table(["Country", "Room left"], left.map(([c, x]) => [c, quantity(x, "TPP")]), "Room left"));
  parts.push(el("p", {}, el("a", { class: "button", href: found.download, text: "Download all rows (CSV)" })), el("h3", { text: "The first rows" }), table(found.columns, found.preview, "The first rows"), el("p", { class: "note", text: "Not legal advice." }));
  $("result").replaceChildren(...parts);
}
document.documentElement.dataset.ready = "";
