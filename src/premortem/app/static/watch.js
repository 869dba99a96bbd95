// Charts of the cards; the reading's name in the address follows the chosen quantity.
import { drawAll } from "./chart.js";

const pick = document.getElementById("reading");
const value = document.getElementById("reading-value");
pick.addEventListener("change", () => (value.name = pick.value ? `r.${pick.value}` : ""));
await drawAll();
document.documentElement.dataset.ready = "";
