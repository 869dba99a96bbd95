// One question in flight a kind; the latest one asked wins. A thin bar shows after 150 ms; a lost server is said so.
const waiting = new Map();
const flying = new Map();
// What the shares on a page come from; while it is under way for longer than a blink they are those of before, and dimmed.
const SHARES = ["board", "others", "assumption"];
const BLINK = 300;
let blink = null;
function age() {
  const under = SHARES.some((kind) => flying.get(kind));
  if (under) blink ??= setTimeout(() => (document.documentElement.dataset.old = ""), BLINK);
  else {
    clearTimeout(blink);
    blink = null;
    delete document.documentElement.dataset.old;
  }
}
let asking = 0;
let bar = null;

function busy(change) {
  asking += change;
  const shown = document.getElementById("busy");
  clearTimeout(bar);
  if (asking > 0) bar = setTimeout(() => (shown.hidden = false), 150);
  else shown.hidden = true;
}

export async function fetchJson(url, options = {}) {
  busy(1);
  try {
    const response = await fetch(url, options);
    document.getElementById("offline").hidden = true;
    const body = await response.json();
    if (!response.ok) throw Object.assign(new Error(words(body)), { refused: true, body });
    return body;
  } catch (error) {
    if (!error.refused && error.name !== "AbortError") lost();
    throw error;
  } finally {
    busy(-1);
  }
}

export function words(body) {
  const all = body?.errors ?? (body?.error ? [body.error] : []);
  return all.map((e) => [e.key, e.what, e.hint, e.allowed && `allowed: ${e.allowed}`].filter(Boolean).join("; ")).join(". ") || "This was refused.";
}

function lost() {
  const banner = document.getElementById("offline");
  if (!banner.hidden) return;
  banner.hidden = false;
  const again = setInterval(async () => {
    try {
      await fetch("/api/health");
      banner.hidden = true;
      clearInterval(again);
    } catch { /* still gone: asked again in three seconds */ }
  }, 3000);
}

/** Ask `url()`; while an answer is under way the latest question waits and all before it are dropped. */
export function latest(kind, url, then, failed = () => {}) {
  waiting.set(kind, { url, then, failed });
  if (!flying.get(kind)) next(kind);
}

async function next(kind) {
  const asked = waiting.get(kind);
  if (!asked) return;
  waiting.delete(kind);
  flying.set(kind, true);
  age();
  const began = performance.now();
  try {
    const answer = await fetchJson(asked.url);
    asked.then(answer, performance.now() - began);
  } catch (error) {
    asked.failed(error);
  } finally {
    flying.set(kind, false);
    if (!waiting.has(kind)) age();
    next(kind);
  }
}
