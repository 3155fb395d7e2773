// A field above a long list that keeps the options whose text has what is typed.

const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

export function narrowed(select) {
  const options = [...select.options].map((option) => [option, plain(option.text)]);
  const field = document.createElement("input");
  field.type = "search";
  field.autocomplete = "off";
  field.placeholder = "…";
  field.className = "narrow";
  field.setAttribute("aria-label", select.dataset.narrow);
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  field.addEventListener("input", () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    const chosen = new Set([...select.selectedOptions]);
    const kept = options.filter(
      ([option, text]) =>
        option.value === "" || chosen.has(option) || words.every((word) => text.includes(word)),
    );
    select.replaceChildren(...kept.map(([option]) => option));
    for (const option of chosen) option.selected = true;
    const count = kept.filter(([option]) => option.value).length;
    said.textContent = select.dataset.narrowed.replace("{count}", count);
    // One alone is meant.
    const found = kept.filter(([option, text]) => option.value && words.length && words.every((w) => text.includes(w)));
    if (found.length === 1 && !select.multiple) found[0][0].selected = true;
  });
  select.before(field, said);
}
