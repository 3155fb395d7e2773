// The list of stock queries: filter while typing. Without scripts the form asks the server.
const field = document.getElementById("filter");
const status = document.getElementById("filter-status");
const groups = [...document.querySelectorAll(".query-group")];
const jumps = new Map(
  [...document.querySelectorAll(".query-jump a")].map((link) => [link.hash.slice(1), link]),
);

/** As the server compares: without accents and capitals. */
const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

function filter() {
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const group of groups) {
    let here = 0;
    for (const card of group.querySelectorAll("[data-words]")) {
      card.hidden = !words.every((word) => card.dataset.words.includes(word));
      here += !card.hidden;
    }
    group.hidden = !here;
    group.querySelector("h2 small").textContent = here;
    jumps.get(group.id).querySelector(".count").textContent = here;
    shown += here;
  }
  document.getElementById("filter-none").hidden = shown > 0;
  status.textContent = status.dataset.text.replace("{shown}", shown);
}

// What the server has filtered away is not in the page: then the form asks it again.
if (!new URLSearchParams(location.search).get("q")) field.addEventListener("input", filter);
