// The page of a stock query: copy buttons, addresses as the reader sees them, narrowing of long lists.
import { copyButtons } from "./lib/copies.js";
import { narrowed } from "./lib/narrow.js";

for (const section of document.querySelectorAll(".copies")) copyButtons(section);
for (const select of document.querySelectorAll("select[data-narrow]")) narrowed(select);
