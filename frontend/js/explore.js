// A list with facets: a choice applies at once. Without this script the form has a button.
const form = document.querySelector(".list-filters");
const status = document.querySelector('[data-part="status"]');
const WAIT_MS = 250; // after the last letter of a text
let latest = 0;
let timer;

/** The address of what the form says: nothing that is empty. */
function address() {
  const given = [...new FormData(form)].filter(([, value]) => value.trim() !== "");
  const query = new URLSearchParams(given).toString();
  return form.getAttribute("action") + (query && `?${query}`);
}

/** Put the parts of a page in the place of ours; what is open stays open, the focus where it is. */
function take(page) {
  const focused = document.activeElement?.id;
  const state = new Map([...form.querySelectorAll("details")].map(({ id, open }) => [id, open]));
  for (const old of document.querySelectorAll("[data-part]")) {
    const fresh = page.querySelector(`[data-part="${old.dataset.part}"]`);
    // The status is spoken only if its own text changes.
    if (old === status) old.textContent = fresh.textContent;
    else old.replaceWith(fresh);
  }
  for (const each of form.querySelectorAll("details")) each.open = state.get(each.id) ?? each.open;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function show(target) {
  const mine = ++latest;
  try {
    const answer = await fetch(target, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine === latest) take(page);
    return mine === latest;
  } catch {
    if (mine === latest) status.textContent = form.dataset.unavailable;
    return false;
  }
}

async function apply() {
  const target = address();
  if (await show(target)) history.pushState(null, "", target);
}

form.querySelector("button").hidden = true;
form.addEventListener("change", (event) => event.target.name && event.target.name !== "q" && apply());
form.addEventListener("input", (event) => {
  if (event.target.name !== "q") return;
  clearTimeout(timer);
  timer = setTimeout(apply, WAIT_MS);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  apply();
});
// Back and forward: the page of that address, form and all.
window.addEventListener("popstate", () => location.reload());
