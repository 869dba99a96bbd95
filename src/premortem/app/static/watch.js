// The reading's name in the address follows the chosen quantity.
const pick = document.getElementById("reading");
const value = document.getElementById("reading-value");
pick.addEventListener("change", () => (value.name = pick.value ? `r.${pick.value}` : ""));
document.documentElement.dataset.ready = "";
