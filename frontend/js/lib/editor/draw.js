// Draws with Vega, which is loaded when the first figure is wanted. Its expressions are
// interpreted, not compiled: the page allows no code that is made of text.

const INK = "#17324d";
const PALETTE = ["#0066cc", "#b35900", "#00796b", "#8a2be2", "#b31b33", "#5c6f82", "#7a7a00", "#c2185b"];
const config = {
  font: "Titillium Web, sans-serif",
  background: "#fff",
  axis: { labelColor: INK, titleColor: INK, labelFontSize: 13, titleFontSize: 13, labelLimit: 260, gridColor: "#e4e8ec" },
  legend: { labelColor: INK, titleColor: INK, labelFontSize: 13, titleFontSize: 13, labelLimit: 260 },
  range: { category: PALETTE },
  view: { stroke: null },
  mark: { color: PALETTE[0] },
};

export async function drawn(place, spec, mode) {
  const [{ default: embed }, { expressionInterpreter }] = await Promise.all([
    import("vega-embed"),
    import("vega-interpreter"),
  ]);
  const result = await embed(place, spec, {
    mode,
    actions: false,
    renderer: "svg",
    ast: true,
    expr: expressionInterpreter,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    config,
  });
  const svg = place.querySelector("svg");
  svg?.setAttribute("aria-label", spec.description);
  return result.view;
}
