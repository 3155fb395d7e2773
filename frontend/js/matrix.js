// A cell of a matrix opens its evidence above the page: what its address shows, fetched from there.
// Without this script, or if that fails, the link leads there.
const table = document.querySelector("table.matrix");
const dialog = document.createElement("dialog");
dialog.className = "cell-dialog";
document.body.append(dialog);
let before = ""; // the address of the page without a cell

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = table.dataset.close;
  button.addEventListener("click", () => dialog.close());
  return button;
}

async function open(link) {
  const response = await fetch(link.href, { headers: { accept: "text/html" } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const cell = page.getElementById("cell");
  if (!cell) throw new Error("the page shows no cell");
  cell.removeAttribute("id"); // the page may show a cell of its own
  cell.querySelector(".cell-close")?.remove();
  const heading = cell.querySelector("h2");
  heading.id = "dialog-heading";
  cell.removeAttribute("aria-labelledby");
  dialog.setAttribute("aria-labelledby", heading.id);
  dialog.replaceChildren(document.adoptNode(cell), closeButton());
  before = location.href;
  history.replaceState(null, "", link.href);
  dialog.showModal();
  heading.tabIndex = -1; // what was opened is read out first
  heading.focus();
}

dialog.addEventListener("close", () => history.replaceState(null, "", before));
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // beside it
});

table?.addEventListener("click", (event) => {
  const link = event.target.closest("td a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(link).catch(() => location.assign(link.href));
});
