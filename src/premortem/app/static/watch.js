// Charts of the cards; the reading's name in the address follows the chosen quantity.
import { drawAll } from "./chart.js";
import { filter } from "./find.js";

const pick = document.getElementById("reading");
const value = document.getElementById("reading-value");
pick.addEventListener("change", () => (value.name = pick.value ? `r.${pick.value}` : ""));
filter(document.getElementById("reading-find"), pick, document.getElementById("reading-found"));
await drawAll();
document.documentElement.dataset.ready = "";
