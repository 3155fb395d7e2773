// The page of the downloads: copy buttons on commands and on each checksum.
import { copyButtons } from "./lib/copies.js";

for (const section of document.querySelectorAll(".copies")) copyButtons(section);

for (const place of document.querySelectorAll(".downloads")) {
  for (const sum of place.querySelectorAll(".checksum")) {
    const name = sum.closest("tr").querySelector("th").textContent.trim();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy-sum";
    button.textContent = place.dataset.copy;
    button.setAttribute("aria-label", place.dataset.what.replace("{name}", name));
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(sum.textContent);
        said.textContent = ` ${place.dataset.copied}`;
      } catch {
        getSelection().selectAllChildren(sum); // without TLS the reader copies it by hand
      }
      setTimeout(() => (said.textContent = ""), 3000);
    });
    sum.after(" ", button, said);
  }
}
