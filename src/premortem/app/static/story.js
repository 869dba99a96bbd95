// Sections that take seconds come one after the other, each into its place.
for (const place of document.querySelectorAll("[data-later]")) {
  try {
    const answer = await fetch(place.dataset.later);
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("section");
    made ? place.replaceWith(made) : place.remove();
  } catch (error) {
    place.querySelector("[role=status]").textContent = `This section could not be made: ${error.message}.`;
    place.setAttribute("aria-busy", "false");
  }
}
document.documentElement.dataset.ready = "";
