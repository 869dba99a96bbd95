// A field that the form does not show is given by name; a form that shows all has no such place.
const field = document.getElementById("field");
const value = document.getElementById("field-value");
field?.addEventListener("change", () => (value.name = field.value ? `f.${field.value}` : ""));
// what is empty stays out of the address
document.getElementById("shipment").addEventListener("submit", (event) => {
  for (const input of event.target.elements) if (input.name && input.value === "") input.disabled = true;
});
document.documentElement.dataset.ready = "";
