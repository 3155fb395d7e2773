// Pages with statements: sources beside their marks, definitions on hover and focus, copying.
// Without this script marks lead to the notes at the end, and definitions open by click or key.

const record = document.querySelector(".resource");

/** The note that a mark leads to, shown beside the mark. Escape or a click elsewhere closes it. */
function sourceDialog() {
  const dialog = document.createElement("dialog");
  dialog.className = "source-dialog";
  const heading = document.createElement("h2");
  heading.id = "source-dialog-heading";
  heading.textContent = record.dataset.source;
  dialog.setAttribute("aria-labelledby", heading.id);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "close-source";
  close.setAttribute("aria-label", record.dataset.close);
  close.addEventListener("click", () => dialog.close());
  const place = document.createElement("div");
  dialog.append(heading, place, close);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  return (mark, note) => {
    const copy = document.createElement("div");
    copy.className = note.className;
    copy.append(...[...note.cloneNode(true).childNodes]);
    place.replaceChildren(copy);
    dialog.showModal(); // focus returns to the mark when it closes
    besides(dialog, mark.getBoundingClientRect());
  };
}

/** Put a panel below a mark, or above it where there is no room; always inside the window. */
function besides(panel, mark) {
  const { width, height } = panel.getBoundingClientRect();
  const left = Math.min(mark.left, document.documentElement.clientWidth - width - 12);
  const below = mark.bottom + 6;
  const fits = below + height < window.innerHeight;
  panel.style.left = `${Math.max(12, left)}px`;
  panel.style.top = `${fits ? below : Math.max(12, mark.top - height - 6)}px`;
}

if (record?.querySelector(".source-mark")) {
  const show = sourceDialog();
  record.addEventListener("click", (event) => {
    const mark = event.target.closest("a.source-mark");
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    const note = mark && document.getElementById(mark.hash.slice(1));
    if (!note || !plain) return;
    event.preventDefault();
    show(mark, note);
  });
}

/** A definition opens while the pointer or the focus is on it; a click keeps it open. */
function definition(details) {
  const summary = details.querySelector("summary");
  let kept = false;
  const open = () => {
    for (const other of document.querySelectorAll(".definition[open]")) other.open = other === details;
    details.open = true;
    inside(details.querySelector("p"));
  };
  const leave = () => {
    if (!kept && !details.contains(document.activeElement)) details.open = false;
  };
  summary.addEventListener("click", (event) => {
    event.preventDefault();
    kept = !kept;
    if (kept) open();
    else details.open = false;
  });
  details.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && open());
  details.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && leave());
  summary.addEventListener("focus", () => summary.matches(":focus-visible") && open());
  details.addEventListener("focusout", () => {
    kept = false;
    details.open = false;
  });
  details.addEventListener("toggle", () => details.open || (kept = false));
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    kept = false;
    details.open = false;
    event.stopPropagation();
  });
}

/** Move a bubble to the left where it would stick out of the window. */
function inside(bubble) {
  bubble.style.translate = "";
  const over = bubble.getBoundingClientRect().right - document.documentElement.clientWidth + 12;
  if (over > 0) bubble.style.translate = `${-over}px 0`;
}

for (const each of document.querySelectorAll(".definition")) definition(each);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const each of document.querySelectorAll(".definition[open]")) each.open = false;
});

/** A button that copies a text; without TLS the clipboard is closed and the text is selected. */
function copyButton(source, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button copy-button";
  button.textContent = label;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      said.textContent = record.dataset.copied;
    } catch {
      getSelection().selectAllChildren(source);
      said.textContent = document.execCommand("copy") ? record.dataset.copied : record.dataset.byHand;
    }
    setTimeout(() => (said.textContent = ""), 3000);
  });
  source.after(" ", button, " ", said);
}

for (const each of document.querySelectorAll(".copy-this")) copyButton(each, record.dataset.copy);
for (const each of document.querySelectorAll(".citation pre")) copyButton(each, record.dataset.copyText);
