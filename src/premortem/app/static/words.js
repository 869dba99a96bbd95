// Numbers as people read them; the same rules as the server's.
export function share(x) {
  if (x === null) return "cannot answer";
  if (x === 0 || x === 1) return `${100 * x}%`;
  if (x < 0.01) return "under 1%";
  if (x > 0.99) return "over 99%";
  return `${x < 0.1 ? "about " : ""}${Math.round(100 * x)}%`;
}
/** A change beside a share, in few signs: `+3`, `−1`, `<1`, `0`. */
export function few(change) {
  const n = Math.round(100 * change);
  return change === 0 ? "0" : n === 0 ? "<1" : `${n > 0 ? "+" : "−"}${Math.abs(n)}`;
}
export function interval(row) {
  if (row.low === null) return "";
  const [low, high] = [row.low, row.high].map((x) => share(x).replace("about ", ""));
  return low === high ? low : `${low} to ${high}`;
}
export function points(change) {
  const n = Math.round(100 * change);
  return n === 0 ? "under 1 point" : `${n > 0 ? "+" : "−"}${Math.abs(n)} point${Math.abs(n) === 1 ? "" : "s"}`;
}
/** A day, `YYYY-MM-DD`, as people write it. */
export const dayInWords = (iso) => new Date(`${iso}T00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const digits = (x, n) => Number(x.toPrecision(n)).toLocaleString("en", { maximumSignificantDigits: n });
export function quantity(x, unit) {
  if (unit in FOLDS) return FOLDS[unit].replace("{}", digits(Math.exp(x), 2));
  if (unit === "logit") return `${digits(100 / (1 + Math.exp(-x)), 3)}%`;
  if (unit === "log growth a year") return `${digits(100 * Math.expm1(x), 3)}% a year`;
  if (unit === "share" || unit === "0-1") return `${digits(100 * x, 3)}%`;
  if (unit.startsWith("share of ")) return `${digits(100 * x, 3)}% ${unit.slice("share ".length)}`;
  if (unit === "year") return x.toFixed(1);
  if (Math.abs(x) >= 1e15) return `${x.toPrecision(3).replace(/\.?0*e\+/, "e")} ${unit}`;
  for (const [size, name] of [[1e9, "billion"], [1e6, "million"]]) if (Math.abs(x) >= size) return `${digits(x / size, 4)} ${name} ${unit}`;
  return digits(x, 4) + after(unit);
}
function after(unit) {
  if (UNSAID.includes(unit) || unit.startsWith("ratio of ")) return "";
  if (unit === "1/ln") return " for each e-fold";
  const [ending, said] = RATES.find(([end]) => unit.endsWith(end)) ?? ["", ""];
  return ` ${unit.slice(0, unit.length - ending.length)}${said}`.replace(" 1 ", " ");
}
const BARE = ["-", "category", "ratio", "logit", "ln", "strength", "year", "0-1", "0 to 1"];
const UNSAID = [...BARE, "share", "unit"];
// units that are held as logarithms: a field holds what people say, the factor or per cents, with what stands beside it
const HELD = {
  ln: { told: Math.exp, held: Math.log, after: "times" },
  "ln/yr": { told: Math.exp, held: Math.log, after: "times a year" },
  "logit/yr": { told: Math.exp, held: Math.log, after: "times a year, of odds" },
  logit: { told: (x) => 100 / (1 + Math.exp(-x)), held: (p) => Math.log(p / (100 - p)), after: "", percent: true },
  "log growth a year": { told: (x) => 100 * Math.expm1(x), held: (p) => Math.log1p(p / 100), after: "a year", percent: true },
  "ln/yr, as a fall": { told: (x) => -100 * Math.expm1(-x), held: (p) => -Math.log1p(-p / 100), after: "less a year", percent: true, factor: Math.log },
};
/** A number as it stands in a field: three significant digits, whole numbers from 100 on, years to a tenth; of a logarithm what people say. */
export function field(x, unit) {
  const as = HELD[unit];
  return as ? `${inField(as.told(x), "")}${as.percent ? "%" : ""}` : inField(x, unit);
}
const inField = (x, unit) => Math.abs(x) >= 1e15 ? String(x).replace("e+", "e") : String(Math.abs(x) < 100 ? Number(x.toPrecision(3)) : Number(x.toFixed(unit === "year" ? 1 : 0)));
/** What stands beside a field: the number in words where that is shorter to read, else its unit in words; of a logarithm the factor. */
export function beside(x, unit) {
  if (unit in HELD) return HELD[unit].after;
  const whole = ["share", "0-1"].includes(unit) || unit.startsWith("share of ");
  return whole || Math.abs(x) >= 1e6 ? quantity(x, unit) : after(unit).trim();
}
const FOLDS = { ln: "{} times", "ln/yr": "{} times a year", "logit/yr": "odds {} times a year" };
const RATES = [["/yr2", " a year more each year"], ["/yr", " a year"], ["/month", " a month"]];
const SIZES = { bn: 1e9, m: 1e6, k: 1e3, "%": 0.01 };
/** A number in a table: four significant digits and in full, a year by its name; the same rules as the server's. */
export function plain(x, key) {
  if (typeof x !== "number") return x ?? "";
  if (key === "year") return String(Number(x.toFixed(2)));
  if (Number.isInteger(x) && Math.abs(x) < 1e4) return String(x);
  if (x !== 0 && Math.abs(x) < 1e-6) return "about 0";
  if (Math.abs(x) >= 1e15) return x.toExponential(3);
  return Math.abs(x) >= 1e4 ? Math.round(x).toLocaleString("en") : Number(x.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 10 });
}
/** `0.9bn`, `25%`, `790 000 000`, `1,4` as a number; NaN where it is none. A comma parts thousands where three digits follow each, else decimals. */
export function number(text) {
  const parts = /^\D?[1-9]\d{0,2}(,\d{3})+(?!\d|,)/.test(text.trim());
  const bare = text.trim().toLowerCase().replace(/[ _\u2009\u00a0]/g, "").replace(parts ? /,/g : /,(?=\d+\D*$)/, parts ? "" : ".");
  const end = Object.keys(SIZES).find((e) => bare.endsWith(e)) ?? "";
  const value = bare.slice(0, bare.length - end.length);
  return value === "" ? NaN : Number(value) * (SIZES[end] ?? 1);
}
/** What is typed into a field of a unit: of one that is held as a logarithm the factor (`1.5`, `x1.5`, `1.5 times`), or the per cents that it is,
 * grows by, or of a fall loses. */
export function typed(text, unit) {
  const as = HELD[unit];
  if (!as) return number(text);
  const bare = text.trim().replace(/ *(less)?( *a year)?(, of odds)?$/i, "");
  const factor = bare.replace(/^[x\u00d7] *| *([x\u00d7]|times)$/gi, "");
  if (as.percent) return factor === bare ? as.held(number(bare.replace(/%$/, ""))) : (as.factor ?? (() => NaN))(number(factor));
  return factor.endsWith("%") ? Math.log1p(number(factor)) : as.held(number(factor));
}
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") made.textContent = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((c) => c !== null && c !== undefined));
  return made;
}
