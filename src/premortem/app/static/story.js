// Sections that take seconds come one after the other, each when a reader nears it, so that who goes on at once waits for none.
const NEAR = "1200px";
let before = Promise.resolve();

async function come(place) {
  try {
    const answer = await fetch(place.dataset.later);
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("section");
    made ? place.replaceWith(made) : place.remove();
    // the list at the top keeps the question, since a finding of two lines would push down what is read
    if (!made) document.querySelector(`.short a[href="#${place.id}"]`).closest("li").remove();
  } catch (error) {
    place.querySelector("[role=status]").textContent = `This section could not be made: ${error.message}.`;
    place.setAttribute("aria-busy", "false");
  }
}
const near = new IntersectionObserver((seen) => {
  for (const { target } of seen.filter((one) => one.isIntersecting)) {
    near.unobserve(target);
    before = before.then(() => come(target));
  }
}, { rootMargin: NEAR });
for (const place of document.querySelectorAll("[data-later]")) near.observe(place);
document.documentElement.dataset.ready = "";
