// A text field that offers names while one types: a combobox with a list.
// Source: ARIA Authoring Practices Guide, "Editable Combobox With List Autocomplete",
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
const WAIT_MS = 200; // after the last letter
const LEAST = 2; // letters

let made = 0;

/**
 * @param {HTMLInputElement} input
 * @param {{suggested: (text: string) => Promise<{name: string, note: string}[]>, label: string,
 *   said: string, choose: (option: object) => void}} wishes `said` has `{count}` for a number.
 */
export function combobox(input, { suggested, label, said, choose }) {
  const list = document.createElement("ul");
  const status = document.createElement("span");
  list.id = `offered-${++made}`;
  list.className = "offered";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label);
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  const around = document.createElement("div");
  around.className = "offering";
  input.before(around);
  around.append(input, list, status);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  }))
    input.setAttribute(name, value);

  let options = [];
  let active = -1;
  let latest = 0;
  let timer;

  function close() {
    latest++; // what is still asked for comes too late
    clearTimeout(timer);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    point(-1);
  }

  function point(number) {
    active = number;
    [...list.children].forEach((item, n) => item.setAttribute("aria-selected", n === number));
    const item = list.children[number];
    if (item) input.setAttribute("aria-activedescendant", item.id);
    else input.removeAttribute("aria-activedescendant");
    item?.scrollIntoView({ block: "nearest" });
  }

  function take(number) {
    input.value = options[number].name;
    choose(options[number]);
    close();
  }

  function item(option, number) {
    const made = document.createElement("li");
    const note = document.createElement("small");
    made.id = `${list.id}-${number}`;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    made.append(option.name, " ", note);
    note.textContent = option.note;
    made.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays
    made.addEventListener("click", () => take(number));
    return made;
  }

  async function offer() {
    const mine = ++latest;
    const text = input.value.trim();
    if (text.length < LEAST) return close();
    const found = await suggested(text).catch(() => []);
    if (mine !== latest) return;
    options = found;
    list.replaceChildren(...found.map(item));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = said.replace("{count}", found.length);
    point(-1);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(offer, WAIT_MS);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const count = options.length;
    if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Enter" && active >= 0) take(active);
    else if (event.key === "ArrowDown" && list.hidden) offer();
    else if (event.key === "ArrowDown" && count) point((active + 1) % count);
    else if (event.key === "ArrowUp" && !list.hidden && count)
      point((active <= 0 ? count : active) - 1);
    else return;
    event.preventDefault();
  });
}
