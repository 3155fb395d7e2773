// Resources and their links: of a graph its triples, of rows the first two columns of resources.
import { addressOf } from "./labels.js";
import { drawn } from "./draw.js";
import { namer } from "./named.js";
import { element, number, say } from "./texts.js";

const MOST_NODES = 120;
const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

export class GraphView {
  label = say("view_graph");
  priority = 4;

  constructor(yasr, context) {
    this.yasr = yasr;
    this.context = context;
  }

  ends() {
    const { columns, kind } = this.context.answer;
    if (kind === "graph") return ["subject", "object"].map((name) => columns.find((each) => each.name === name));
    const found = columns.filter((column) => column.kind === "iri" && !column.isLabel);
    return found.length >= 2 ? found.slice(0, 2) : null;
  }

  canHandleResults() {
    const { answer } = this.context;
    return Boolean(answer?.count && answer.columns && this.ends());
  }

  getIcon() {}

  async draw() {
    const { answer, settings } = this.context;
    const ends = this.ends();
    const rows = answer.rows.filter(
      (row) => ends.every((end) => row[end.name] && row[end.name].type !== "literal") && row.predicate?.value !== TYPE,
    );
    const text = await namer({ rows }, ends, this.context);
    const nodes = new Map();
    const links = new Map();
    for (const row of rows) {
      const [from, to] = ends.map((end, side) => {
        const id = row[end.name].value;
        const node = nodes.get(id) ?? { id, name: text(row, end), side, degree: 0, href: addressOf(id, settings) };
        nodes.set(id, node);
        return node;
      });
      if (from === to) continue;
      const key = `${from.id}\n${to.id}`;
      if (!links.has(key)) {
        from.degree += 1;
        to.degree += 1;
        links.set(key, { from: from.id, to: to.id });
      }
    }
    const kept = [...nodes.values()].sort((a, b) => b.degree - a.degree).slice(0, MOST_NODES);
    const place = new Map(kept.map((node, index) => [node.id, index]));
    const shown = [...links.values()]
      .filter(({ from, to }) => place.has(from) && place.has(to))
      .map(({ from, to }) => ({ source: place.get(from), target: place.get(to) }));
    const description = say("graph_alt", { nodes: number(kept.length), links: number(shown.length) });
    const figure = element("div", { class: "figure" });
    this.yasr.resultsEl.append(figure, element("p", { class: "help" }, this.note(nodes.size - kept.length)));
    const width = figure.clientWidth || 800;
    await drawn(figure, force(kept, shown, width, description));
  }

  note(left) {
    return [left > 0 ? say("cut_nodes", { left: number(left) }) : "", say("same_table")].filter(Boolean).join(" ");
  }
}

function force(nodes, links, width, description) {
  const height = Math.min(900, 380 + 7 * nodes.length);
  const few = nodes.length <= 60;
  return {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    description, width, height, padding: 0, autosize: "none",
    data: [
      { name: "nodes", values: nodes },
      { name: "links", values: links },
    ],
    scales: [{ name: "color", type: "ordinal", domain: [0, 1], range: ["#0066cc", "#b35900"] }],
    marks: [
      {
        name: "points", type: "symbol", zindex: 1, aria: false, from: { data: "nodes" },
        encode: {
          enter: {
            middle: { value: width / 2 }, // fields that the forces below draw to
            centre: { value: height / 2 },
            size: { signal: "80 + 14 * min(datum.degree, 40)" },
            fill: { scale: "color", field: "side" },
            stroke: { value: "#fff" },
            tooltip: { field: "name" },
            href: { field: "href" },
            cursor: { value: "pointer" },
          },
        },
        transform: [
          {
            type: "force", signal: "force", static: true, iterations: 300,
            forces: [
              { force: "center", x: width / 2, y: height / 2 },
              { force: "collide", radius: few ? 30 : 14 },
              { force: "nbody", strength: few ? -420 : -90 },
              { force: "link", links: "links", distance: few ? 110 : 50 },
              { force: "x", x: "middle", strength: few ? 0.04 : 0.06 },
              { force: "y", y: "centre", strength: 0.1 },
            ],
          },
        ],
      },
      {
        type: "path", aria: false, from: { data: "links" }, interactive: false,
        encode: { update: { stroke: { value: "#9aa7b3" }, strokeWidth: { value: 1 } } },
        transform: [
          {
            type: "linkpath", require: { signal: "force" }, shape: "line",
            sourceX: "datum.source.x", sourceY: "datum.source.y", targetX: "datum.target.x", targetY: "datum.target.y",
          },
        ],
      },
      {
        type: "text", zindex: 2, aria: false, from: { data: "points" }, interactive: false,
        encode: {
          enter: {
            text: { signal: "truncate(datum.datum.name, 40)" },
            font: { value: "Titillium Web, sans-serif" }, fontSize: { value: 13 }, fontWeight: { signal: "datum.datum.degree > 3 ? 600 : 400" },
            fill: { value: "#17324d" },
          },
        },
        // Names that would cover others are left out; the tooltip and the table have them.
        transform: [
          {
            type: "label", size: [width, height], offset: [3], padding: 0,
            anchor: ["right", "left", "top", "bottom", "top-right", "bottom-right", "top-left", "bottom-left"],
            sort: { field: "datum.datum.degree", order: "descending" },
          },
        ],
      },
    ],
  };
}
