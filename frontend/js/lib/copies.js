// Texts to copy: a button on each, and the address of the site as this reader reaches it.

export function copyButtons(section) {
  const site = location.origin + section.dataset.site;
  for (const place of section.querySelectorAll(".site-address")) place.textContent = site;
  for (const block of section.querySelectorAll("pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button copy-button";
    button.textContent = section.dataset.copy;
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      await copied(block);
      said.textContent = ` ${section.dataset.copied}`;
      setTimeout(() => (said.textContent = ""), 3000);
    });
    block.before(button, said);
  }
}

/** The clipboard is not open to pages without TLS: then the text is selected and copied by hand. */
async function copied(block) {
  const text = block.textContent.trimEnd();
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(block);
    document.execCommand("copy");
  }
}
