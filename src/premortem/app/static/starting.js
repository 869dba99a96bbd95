// Asks how far the server is, says so, and shows the page that was asked for when it can.
const place = document.getElementById("starting");
const began = performance.now();
async function look() {
  let said = "The local server stopped before it was ready; the terminal says why. Restart it with: premortem app";
  try {
    const health = await (await fetch("/api/health")).json();
    if (!health.starting) return location.replace(location.href); // no reload: that would restore a place on this page
    said = health.starting;
  } catch { /* said as it stands */ }
  if (place.textContent !== said) place.textContent = said;
  document.getElementById("so-far").textContent = `${Math.round((performance.now() - began) / 1000)} s`;
  setTimeout(look, 150);
}
look();
