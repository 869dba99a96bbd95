// Leaves of the list what holds every word that is typed.
const words = document.getElementById("words");
const rows = [...document.querySelectorAll("#found li")].map((row) => [row, `${row.textContent} ${row.dataset.words}`.toLowerCase()]);
function look() {
  const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let left = 0;
  for (const [row, text] of rows) {
    row.hidden = !asked.every((word) => text.includes(word));
    left += !row.hidden;
  }
  document.getElementById("count").textContent = asked.length ? `${left} of ${rows.length}` : "";
}
words.addEventListener("input", look);
look();
