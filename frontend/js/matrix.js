// A cell of a matrix opens its evidence above the page: what its address shows, fetched from there.
// Without this script, or if that fails, the link leads there.
const table = document.querySelector("table.matrix");
const dialog = document.createElement("dialog");
dialog.className = "cell-dialog";
document.body.append(dialog);
let before = ""; // the address of the page without a cell
let opener; // the link that the focus goes back to
let latest = 0;

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = table.dataset.close;
  button.addEventListener("click", () => dialog.close());
  return button;
}

/** What a page shows of its cell, to stand in the dialog: a copy without its anchors. */
async function fetched(address) {
  const response = await fetch(address, { headers: { accept: "text/html" } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const cell = page.getElementById("cell");
  if (!cell) throw new Error("the page shows no cell");
  cell.removeAttribute("id"); // the page may show a cell of its own
  cell.removeAttribute("aria-labelledby");
  cell.querySelector(".cell-close")?.remove();
  return cell;
}

async function open(link) {
  const mine = ++latest;
  const cell = await fetched(link.href);
  if (mine !== latest) return; // another was asked for meanwhile
  const heading = cell.querySelector("h2");
  heading.id = "dialog-heading";
  heading.tabIndex = -1; // what was opened is read out first
  dialog.setAttribute("aria-labelledby", heading.id);
  dialog.replaceChildren(document.adoptNode(cell), closeButton());
  if (!dialog.open) {
    before = location.href;
    opener = link;
    dialog.showModal();
  }
  history.replaceState(null, "", link.href);
  dialog.scrollTop = 0;
  heading.focus();
}

dialog.addEventListener("close", () => {
  history.replaceState(null, "", before);
  opener?.focus();
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // beside it
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("main a[href], dialog a[href]");
  if (!table || !link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (link.hash !== "#cell" || link.pathname !== location.pathname) return;
  event.preventDefault();
  open(link).catch(() => location.assign(link.href));
});
