// A chart of rows: bars, a line or points, as the columns suggest and the reader chooses.
import { drawn } from "./draw.js";
import { namer } from "./named.js";
import { element, number, say } from "./texts.js";

const MOST_BARS = 40;
const COUNT = "#"; // stands for the number of rows
const CHOICES = ["bar", "line", "point"];

/** What suits the columns best; null if nothing can be drawn. */
export function suggested(columns) {
  const plain = columns.filter((column) => !column.isLabel && column.count);
  const numbers = plain.filter((column) => column.kind === "number");
  const dates = plain.filter((column) => column.kind === "date");
  const names = plain.filter((column) => column.kind === "name" || column.kind === "iri");
  const [first, second] = numbers;
  if (first && names.length) return { mark: "bar", x: names[0].name, y: first.name, color: "" };
  if (first && dates.length) return { mark: "line", x: dates[0].name, y: first.name, color: "" };
  if (second) return { mark: "point", x: first.name, y: second.name, color: "" };
  if (names.length) return { mark: "bar", x: names[0].name, y: COUNT, color: "" };
  return null;
}

export class ChartView {
  label = say("view_chart");
  priority = 5;

  constructor(yasr, context) {
    this.yasr = yasr;
    this.context = context;
  }

  canHandleResults() {
    const { answer } = this.context;
    return answer?.kind === "rows" && answer.count > 0 && suggested(answer.columns) !== null;
  }

  getIcon() {}

  state() {
    return this.chosen ? Object.fromEntries(Object.entries(this.chosen).filter(([, value]) => value)) : {};
  }

  /** The suggestion, with what the address or the reader wishes where the columns have it. */
  choice() {
    const { answer, wished } = this.context;
    const names = answer.columns.map((column) => column.name);
    const choice = suggested(answer.columns);
    const wish = { ...wished, ...this.chosen };
    if (CHOICES.includes(wish.mark)) choice.mark = wish.mark;
    if (names.includes(wish.x)) choice.x = wish.x;
    if (names.includes(wish.y) || wish.y === COUNT) choice.y = wish.y;
    if (names.includes(wish.color)) choice.color = wish.color;
    return choice;
  }

  async draw() {
    this.chosen = this.choice();
    const { columns } = this.context.answer;
    const plain = columns.filter((column) => !column.isLabel && column.count);
    const names = plain.map((column) => [column.name, column.name]);
    const numbers = plain.filter((column) => column.kind === "number").map((column) => [column.name, column.name]);
    this.figure = element("div", { class: "figure" });
    this.note = element("p", { class: "help", role: "status" });
    this.yasr.resultsEl.append(
      element(
        "p", { class: "form-row chart-choice" },
        ...this.select("mark", CHOICES.map((mark) => [mark, say(`mark_${mark}`)])),
        ...this.select("x", names),
        ...this.select("y", [...numbers, [COUNT, say("count")]]),
        ...this.select("color", [["", say("no_color")], ...names]),
      ),
      this.figure,
      this.note,
    );
    await this.plot();
  }

  select(key, options) {
    const id = `chart-${key}`;
    const made = element("select", { id, onchange: () => {
      this.chosen = { ...this.chosen, [key]: made.value };
      this.context.onChange();
      this.plot();
    } });
    made.append(...options.map(([value, text]) => element("option", { value, selected: value === this.chosen[key] }, text)));
    return [element("label", { for: id }, say(`channel_${key}`)), made];
  }

  async plot() {
    const { answer } = this.context;
    const { mark, x, y, color } = this.chosen;
    const of = (name) => answer.columns.find((column) => column.name === name);
    const wanted = [x, color].filter(Boolean).map(of);
    const text = await namer(answer, wanted, this.context);
    const values = answer.rows.map((row) => ({
      x: of(x).kind === "number" ? Number(row[x]?.value) : text(row, of(x)),
      y: y === COUNT ? 1 : Number(row[y]?.value),
      ...(color && { color: text(row, of(color)) }),
    })).filter((value) => value.x !== null && Number.isFinite(value.y));
    const sums = mark === "point" ? values : summed(values);
    const { kept, left } = mark === "bar" ? largest(sums) : { kept: sums, left: 0 };
    for (const each of kept) each.says = [each.x, each.color, `${each.y}`].filter(Boolean).join(" · ");
    const description = say("chart_alt", { x, y: y === COUNT ? say("count") : y });
    const titles = { x, y: y === COUNT ? say("count") : y, color };
    const labels = Math.min(300, (this.figure.clientWidth || 600) * 0.45);
    const spec = specOf(mark, kept, of(x), titles, description, labels);
    await drawn(this.figure, spec);
    this.note.textContent = [left ? say("cut_bars", { left: number(left) }) : "", say("same_table")].filter(Boolean).join(" ");
  }
}

/** One value for each place and colour. */
function summed(values) {
  const sums = new Map();
  for (const { x, y, color } of values) {
    const key = JSON.stringify([x, color]);
    const known = sums.get(key) ?? { x, y: 0, ...(color !== undefined && { color }) };
    known.y += y;
    sums.set(key, known);
  }
  return [...sums.values()];
}

/** The values of the categories with the largest sums, and how many categories are left out. */
function largest(values) {
  const sums = new Map();
  for (const { x, y } of values) sums.set(x, (sums.get(x) ?? 0) + Math.abs(y));
  const order = [...sums].sort((a, b) => b[1] - a[1]).slice(0, MOST_BARS);
  const kept = new Set(order.map(([name]) => name));
  return { kept: values.filter(({ x }) => kept.has(x)), left: sums.size - kept.size };
}

function specOf(mark, values, column, titles, description, labels) {
  const base = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description,
    data: { values },
    width: "container",
    autosize: { type: "fit", contains: "padding" },
  };
  const color = titles.color ? { color: { field: "color", type: "nominal", title: titles.color } } : {};
  const type = column.kind === "number" ? "quantitative" : column.kind === "date" ? "temporal" : "nominal";
  const tooltip = { field: "says", type: "nominal" };
  if (mark === "bar") {
    const axis = values.every(({ y }) => Number.isInteger(y)) ? { tickMinStep: 1, format: ",d" } : {};
    return {
      ...base,
      height: 60 + 24 * new Set(values.map(({ x }) => x)).size,
      mark: { type: "bar" },
      encoding: {
        y: { field: "x", type: "nominal", sort: "-x", axis: { title: null, labelLimit: labels, ticks: false, domain: false } },
        x: { field: "y", type: "quantitative", title: titles.y, axis },
        tooltip,
        ...color,
      },
    };
  }
  return {
    ...base,
    height: 360,
    mark: mark === "line" ? { type: "line", point: true } : { type: "point", filled: true, size: 70 },
    encoding: {
      x: { field: "x", type, title: titles.x },
      y: { field: "y", type: "quantitative", title: titles.y },
      tooltip,
      ...color,
    },
  };
}
