// Ask for the long answer; when it is there the page is shown again, whole.
const place = document.getElementById("waiting");
const answer = await fetch(place.dataset.now, { headers: { accept: "text/html" } }).catch(() => null);
// a page that waits again right after its answer came is shown by the address that works it out, and asks no third time
const again = sessionStorage.getItem("waited") === place.dataset.now;
sessionStorage.setItem("waited", again ? "" : place.dataset.now);
if (answer?.ok) location.replace(again ? place.dataset.now : location.href);
else {
  place.textContent = answer?.status === 429
    ? "Too much was asked of this server in a few seconds. Reload this page in ten seconds; your settings are in the address."
    : "This could not be worked out. The other screens keep working; your settings are in the address.";
  document.documentElement.dataset.ready = "";
}
