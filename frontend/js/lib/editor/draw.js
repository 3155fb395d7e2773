// Draws what the reader chose, with Vega, which is loaded when the first figure is wanted.

const INK = "#17324d";
export const PALETTE = ["#0066cc", "#b35900", "#00857a", "#a3195b", INK, "#768594"];
const FONT = "Titillium Web, Arial, sans-serif";
const type = { labelFont: FONT, titleFont: FONT, labelFontSize: 13, titleFontSize: 13, labelColor: INK, titleColor: INK };
const config = {
  background: "#fff",
  axis: { ...type, gridColor: "#e4e8ec" },
  legend: { ...type, labelLimit: 260 },
  range: { category: PALETTE },
  text: { font: FONT },
  view: { stroke: null },
  mark: { color: PALETTE[0] },
};
const views = new WeakMap();

/** Draws a specification, of Vega or of Vega-Lite, in place of what was drawn there before. */
export async function drawn(place, spec) {
  const isLite = spec.$schema.includes("vega-lite");
  const [{ draw }, lite] = await Promise.all([
    import("../vega-view.js"),
    isLite ? import("vega-lite") : null,
  ]);
  views.get(place)?.finalize();
  place.replaceChildren();
  views.set(place, await draw(place, lite ? lite.compile(spec, { config }).spec : spec));
  const svg = place.querySelector("svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", spec.description);
}
