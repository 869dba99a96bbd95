// This page as one file that opens anywhere: as it stands, with its look and letters, without scripts.
const SHEETS = "link[rel=stylesheet]";
const NEEDS_SCRIPTS = "script, link, meta[property], meta[name^=twitter], noscript, dialog, nav, form, button, input[type=range], .settings, .tour, .skip, .bar .share, #pin + .hint, .controls:has([aria-busy=true]), #busy, #copied, #offline, [hidden]";

async function look() {
  const texts = await Promise.all([...document.querySelectorAll(SHEETS)].map(async ({ href }) => (await fetch(href)).text()));
  const letters = new Uint8Array(await (await fetch("/font.woff2")).arrayBuffer());
  let binary = "";
  for (const byte of letters) binary += String.fromCharCode(byte);
  return texts.join("\n").replaceAll('url("/font.woff2")', `url("data:font/woff2;base64,${btoa(binary)}")`).replaceAll("font-display: optional", "font-display: block");
}

/** Give the page to the user as a file of HTML: its values stand as text, its links lead nowhere, its address is told at the end. */
export async function savePage() {
  const copy = document.documentElement.cloneNode(true);
  const typed = copy.querySelectorAll("input, select");
  document.documentElement.querySelectorAll("input, select").forEach((field, i) => {
    if (field.type === "range" || field.closest("form")) return;
    const value = document.createElement("b");
    value.textContent = field.selectedOptions ? field.selectedOptions[0]?.text ?? "" : field.value;
    typed[i].replaceWith(value);
  });
  for (const button of copy.querySelectorAll("button.pick")) button.replaceWith(...button.childNodes);
  for (const one of copy.querySelectorAll(NEEDS_SCRIPTS)) one.remove();
  for (const a of copy.querySelectorAll("a[href]")) a.replaceWith(...a.childNodes);
  // a chart names the colours of its key by the address of its page, which a file has none of
  for (const one of copy.querySelectorAll("svg *"))
    for (const { name, value } of [...one.attributes]) if (value.includes("url(")) one.setAttribute(name, value.replaceAll(/url\((["']?)[^)"'#]*#/g, "url($1#"));
  const style = document.createElement("style");
  style.textContent = await look();
  copy.querySelector("head").append(style);
  const from = document.createElement("p");
  from.className = "note";
  from.textContent = `Saved from premortem. The same view in a running app: ${location.pathname}${location.search}`;
  copy.querySelector("main").append(from);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`<!doctype html>\n${copy.outerHTML}`], { type: "text/html" }));
  link.download = `premortem${location.pathname === "/" ? "-story" : location.pathname.replaceAll("/", "-")}.html`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
