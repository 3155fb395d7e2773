// The result viewer: YASR with our own views, which link to this server and speak the language.
import { columnsOf } from "./columns.js";
import { ChartView } from "./chart.js";
import { GraphView } from "./graph.js";
import { MapView } from "./map.js";
import { BooleanView, RawView } from "./plain.js";
import { TableView } from "./table.js";
import { say } from "./texts.js";

const VIEWS = { table: TableView, chart: ChartView, graph: GraphView, map: MapView, raw: RawView, boolean: BooleanView };
const ORDER = ["table", "chart", "graph", "map", "raw"];

/** Returns how to show an answer; `onChange` is called when another view is chosen. */
export function resultViews(Yasr, place, settings) {
  const asked = Object.fromEntries(new URLSearchParams(location.search));
  const context = {
    settings,
    wished: asked,
    onChange: () => outer.onChange(),
    prefixes: () => outer.prefixes(),
    /** What was answered, read when the first view asks. */
    get answer() {
      return yasr.results ? (this.read ??= read(this.given, yasr.results)) : null;
    },
  };
  Yasr.plugins = {};
  Yasr.defaults.plugins = {};
  for (const [name, View] of Object.entries(VIEWS)) {
    // YASR makes a view with itself as the only argument.
    Yasr.registerPlugin(name, function make(yasr) {
      return new View(yasr, context);
    });
  }
  const yasr = new Yasr(place, {
    persistenceId: null,
    pluginOrder: [...ORDER],
    defaultPlugin: ORDER.includes(asked.view) ? asked.view : "table",
  });
  inOurWords(yasr);
  yasr.on("change", () => outer.onChange());
  const outer = {
    place,
    onChange: () => undefined,
    prefixes: () => ({}),
    clear() {
      yasr.rootEl.hidden = true;
    },
    /** The view and its choices, as they stand in the address. */
    state() {
      const name = yasr.getSelectedPluginName();
      if (name === "table") return {};
      return { view: name, ...yasr.plugins[name]?.state?.() };
    },
    show(answer, content, took) {
      const contentType = answer.headers.get("content-type") ?? "";
      Object.assign(context, { given: { contentType, content }, read: null });
      yasr.rootEl.hidden = false;
      yasr.setResponse({ data: content, contentType, status: answer.status }, took);
      return context.answer;
    },
  };
  yasr.rootEl.hidden = true;
  return outer;
}

/** Rows as they were sent (YASR fills in what stands between braces); of a graph its triples. */
function read({ contentType, content }, results) {
  const isGraph = !contentType.includes("json");
  const found = isGraph ? results.getAsJson() : JSON.parse(content);
  if ("boolean" in found) return { kind: "boolean", value: found.boolean, count: 1, content };
  const names = found.head.vars;
  const rows = found.results.bindings;
  const kind = isGraph ? "graph" : "rows";
  return { kind, names, rows, count: rows.length, columns: columnsOf(names, rows), content };
}

/** YASR's own words are English, and its buttons say by colour alone which one is chosen. */
function inOurWords(yasr) {
  yasr.headerEl.querySelector(".yasr_downloadIcon")?.remove(); // downloads stand below, by format
  yasr.headerEl.querySelector(".yasr_external_ref_btn")?.remove();
  yasr.headerEl.querySelector(".yasr_response_chip")?.remove();
  const list = yasr.headerEl.querySelector(".yasr_btnGroup");
  list.setAttribute("aria-label", say("views"));
  yasr.resultsEl.setAttribute("role", "region");
  yasr.resultsEl.setAttribute("aria-label", say("result"));
  const update = () => {
    const drawn = yasr.drawnPlugin ?? yasr.getSelectedPluginName();
    for (const button of list.querySelectorAll("button")) {
      const name = [...button.classList].find((each) => each.startsWith("select_")).slice(7);
      button.removeAttribute("title");
      button.removeAttribute("aria-label");
      button.setAttribute("aria-pressed", String(name === drawn));
      button.disabled = Boolean(yasr.results) && !yasr.plugins[name].canHandleResults();
    }
  };
  update();
  yasr.on("drawn", update);
}
