// Ask for the long answer; when it is there the page is shown again, whole.
const place = document.getElementById("waiting");
const answer = await fetch(place.dataset.now).catch(() => null);
if (answer?.ok) location.replace(location.href);
else {
  place.textContent = "This could not be worked out. The other screens keep working; your settings are in the address.";
  document.documentElement.dataset.ready = "";
}
