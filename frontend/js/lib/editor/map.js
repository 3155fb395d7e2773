// Rows with places, by latitude and longitude or as WKT, on the outlines that the server has.
import { drawn } from "./draw.js";
import { namer } from "./named.js";
import { element, number, say } from "./texts.js";

const MOST_NAMES = 25; // more would cover each other

export class MapView {
  label = say("view_map");
  priority = 3;

  constructor(yasr, context) {
    this.yasr = yasr;
    this.context = context;
  }

  columns() {
    const { columns } = this.context.answer;
    const of = (kind) => columns.find((column) => column.kind === kind);
    const [latitude, longitude, wkt] = [of("latitude"), of("longitude"), of("wkt")];
    return wkt || (latitude && longitude) ? { latitude, longitude, wkt } : null;
  }

  canHandleResults() {
    const { answer } = this.context;
    return Boolean(answer?.kind === "rows" && answer.count && this.columns());
  }

  getIcon() {}

  async draw() {
    const { answer } = this.context;
    const { latitude, longitude, wkt } = this.columns();
    const named = answer.columns.find((column) => !column.isLabel && (column.kind === "iri" || column.kind === "name"));
    const text = await namer(answer, named ? [named] : [], this.context);
    const points = [];
    for (const row of answer.rows) {
      const [x, y] = wkt
        ? centreOf(row[wkt.name]?.value ?? "")
        : [Number(row[longitude.name]?.value ?? NaN), Number(row[latitude.name]?.value ?? NaN)];
      if (Math.abs(x) <= 180 && Math.abs(y) <= 90) points.push({ x, y, name: named ? text(row, named) : `${y}, ${x}` });
    }
    const figure = element("div", { class: "figure figure-map" });
    const left = answer.count - points.length;
    const note = [left ? say("cut_places", { left: number(left) }) : "", say("same_table")].filter(Boolean).join(" ");
    this.yasr.resultsEl.append(figure, element("p", { class: "help" }, note));
    const description = say("map_alt", { places: number(points.length) });
    await drawn(figure, await this.spec(points, description));
  }

  async spec(points, description) {
    const { outlines } = this.context.settings;
    const ground = outlines ? await fetch(outlines).then((answer) => answer.json()) : null;
    const around = ground ? aroundPoints(ground.features, points) : [];
    const layers = [
      ...(around.length ? [{ data: { values: around }, mark: { type: "geoshape", aria: false, fill: "#eef2f5", stroke: "#9aa7b3" } }] : []),
      {
        data: { values: points },
        mark: { type: "circle", size: 110, color: "#0066cc", opacity: 0.8, stroke: "#fff" },
        encoding: {
          longitude: { field: "x", type: "quantitative" },
          latitude: { field: "y", type: "quantitative" },
          tooltip: { field: "name", type: "nominal" },
        },
      },
      ...(points.length <= MOST_NAMES ? [named(points)] : []),
    ];
    return {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      description, width: "container", height: 460, padding: 24, projection: { type: "mercator" }, layer: layers,
    };
  }
}

const named = (points) => ({
  data: { values: points },
  mark: { type: "text", dy: -12, fontSize: 13, color: "#17324d" },
  encoding: {
    longitude: { field: "x", type: "quantitative" },
    latitude: { field: "y", type: "quantitative" },
    text: { field: "name", type: "nominal" },
  },
});

/** The outlines of the regions that points lie in: all others would only make the map small. */
function aroundPoints(features, points) {
  const holds = ({ geometry: { type, coordinates } }, point) =>
    (type === "Polygon" ? [coordinates] : coordinates).some(([outer]) => isInside(outer, point));
  const regions = new Set(
    features.filter((each) => points.some((point) => holds(each, point))).map((each) => each.properties.region),
  );
  return features.filter((each) => regions.has(each.properties.region));
}

/** Whether a ring is around a point: a ray from it crosses the ring an odd number of times. */
function isInside(ring, { x, y }) {
  let inside = false;
  for (const [index, [x1, y1]] of ring.entries()) {
    const [x2, y2] = ring.at(index - 1);
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

/** The mean of the coordinates of a WKT geometry: its point, or roughly its centre. */
function centreOf(wkt) {
  const pairs = [...wkt.replace(/^<[^>]*>\s*/, "").matchAll(/(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)/g)];
  if (!pairs.length) return [NaN, NaN];
  const mean = (index) => pairs.reduce((sum, pair) => sum + Number(pair[index]), 0) / pairs.length;
  return [mean(1), mean(2)];
}
