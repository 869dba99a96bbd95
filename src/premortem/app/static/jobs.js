// Long runs: started here, asked after every second while one runs.
import { fetchJson } from "./ask.js";
import { el } from "./words.js";

const $ = (id) => document.getElementById(id);

$("start").addEventListener("submit", async (event) => {
  event.preventDefault();
  const policies = $("which").value ? [$("which").value] : [];
  try {
    await fetchJson("/api/jobs", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ policies, futures: Number($("futures").value) }) });
    $("start-said").textContent = "Started.";
  } catch (error) {
    $("start-said").textContent = error.message;
  }
  list();
});

const time = (s) => (s === null ? "" : s < 90 ? `${Math.round(s)} s` : `${Math.round(s / 60)} min`);

function shown(job) {
  const bar = el("progress", { max: 1, value: job.progress, "aria-label": `Progress of run ${job.id}` });
  const says = { running: `${Math.round(100 * job.progress)}%${job.seconds_left === null ? "" : `, about ${time(job.seconds_left)} left`}`, finished: `finished in ${time(job.seconds)}`, cancelled: "cancelled", failed: `stopped with an error${job.log ? `: ${job.log}` : ""}` }[job.status];
  const act = job.status === "running" ? el("button", { type: "button", text: "Cancel", onclick: () => fetchJson(`/api/jobs/${job.id}/cancel`, { method: "POST" }).then(list) }) : job.brief ? el("a", { class: "button", href: job.brief, text: "Download the brief" }) : null;
  return el("tr", {}, el("th", { scope: "row", text: job.id }), el("td", { text: `${job.futures.toLocaleString("en")} futures, ${job.policies.length} ${job.policies.length === 1 ? "policy" : "policies"}` }), el("td", {}, bar, " ", says), el("td", {}, act));
}

async function list() {
  const { jobs } = await fetchJson("/api/jobs");
  if (jobs.length) {
    const head = el("tr", {}, ...["Run", "Size", "State", ""].map((text) => el("th", { scope: "col", text })));
    $("jobs").replaceChildren(el("table", { class: "plain" }, el("thead", {}, head), el("tbody", {}, ...jobs.map(shown))));
  }
  if (jobs.some((job) => job.status === "running")) setTimeout(list, 1000);
}
list();
document.documentElement.dataset.ready = "";
