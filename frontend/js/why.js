// The two resources of a question: names are offered while one types, and change places.
import { combobox } from "./lib/combobox.js";

const form = document.querySelector(".why-form");
const ends = [...form.querySelectorAll("input[list]")];
const chosen = new Map(); // of an input: the name that was chosen, and its resource

function iriOf(address) {
  const { origin, pathname } = new URL(address, location.href);
  const root = form.getAttribute("action").replace(/\/why$/, "");
  if (origin !== location.origin) return address;
  return form.dataset.base + decodeURI(pathname.slice(root.length + 1));
}

async function suggested(text) {
  const query = new URLSearchParams({ q: text, lang: document.documentElement.lang });
  const response = await fetch(`${form.dataset.suggestions}?${query}`);
  if (!response.ok) throw new Error(`status ${response.status}`);
  const [, names, descriptions, addresses] = await response.json();
  return names.map((name, n) => ({ name, note: descriptions[n], value: iriOf(addresses[n]) }));
}

for (const input of ends) {
  input.removeAttribute("list"); // the names of our own list stand in its place
  combobox(input, {
    suggested,
    label: form.dataset.offered,
    said: form.dataset.found,
    choose: ({ name, value }) => chosen.set(input, { name, value }),
  });
}

// What was chosen is sent as the resource that it is: several may have the same name.
form.addEventListener("submit", (event) => {
  const given = new FormData(form);
  for (const input of ends) {
    const choice = chosen.get(input);
    if (choice && choice.name === input.value) given.set(input.name, choice.value);
  }
  event.preventDefault();
  location.assign(`${form.getAttribute("action")}?${new URLSearchParams(given)}`);
});

// The ends change places in the form; where both are given, the answer follows.
const swap = document.createElement("button");
swap.type = "button";
swap.className = "button why-swap";
swap.textContent = form.dataset.swap;
swap.addEventListener("click", () => {
  const [one, other] = ends;
  const [first, second] = [chosen.get(one), chosen.get(other)];
  [one.value, other.value] = [other.value, one.value];
  chosen.set(one, second);
  chosen.set(other, first);
  if (one.value && other.value) form.requestSubmit();
});
const link = form.querySelector("a.why-swap");
if (link) link.replaceWith(swap);
else form.querySelector("button.primary").after(swap);
