// A page whose charts stand as the server made them.
import { drawAll } from "./chart.js";

await drawAll();
document.documentElement.dataset.ready = "";
