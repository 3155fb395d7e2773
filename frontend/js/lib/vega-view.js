// Draws a Vega specification into an element. Expressions are interpreted, not compiled: the page
// allows no code that is made of text. Nothing is loaded, links stay on this server, and what is
// shown beside the pointer is text.
import { expressionInterpreter } from "vega-interpreter";
import { loader, parse, View } from "vega";

const GAP = 14; // between the pointer and its note

/** A loader that loads nothing, and leads to this server alone. */
function ours() {
  const made = loader();
  made.load = () => Promise.reject(new Error("a chart loads nothing"));
  made.sanitize = async (uri) => {
    const target = new URL(uri, location.href);
    if (target.origin !== location.origin) throw new Error("a chart leads to this server alone");
    // The page's language is in its own address, or was negotiated: links do likewise.
    if (!new URLSearchParams(location.search).has("lang")) target.searchParams.delete("lang");
    return { href: target.href };
  };
  return made;
}

/** A note beside the pointer, one line of text for each line of the datum's. */
function note() {
  const element = document.createElement("div");
  element.className = "chart-note";
  element.hidden = true;
  element.setAttribute("aria-hidden", "true"); // the table says the same
  document.body.append(element);
  return (handler, event, item, value) => {
    element.hidden = !value;
    if (!value) return;
    element.textContent = String(value);
    const { clientWidth: wide, clientHeight: tall } = document.documentElement;
    const x = Math.min(event.clientX + GAP, wide - element.offsetWidth - 4);
    const below = event.clientY + GAP + element.offsetHeight < tall;
    const y = below ? event.clientY + GAP : event.clientY - GAP - element.offsetHeight;
    element.style.left = `${Math.max(4, x)}px`;
    element.style.top = `${Math.max(4, y)}px`;
  };
}

let tooltip;

/** Draw, and return once it is there. */
export async function draw(place, spec) {
  tooltip ??= note();
  const view = new View(parse(spec, null, { ast: true }), {
    expr: expressionInterpreter,
    renderer: "svg",
    container: place,
    hover: true,
    loader: ours(),
    tooltip,
  });
  await view.runAsync();
  return view;
}
