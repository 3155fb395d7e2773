// Rows as a table: sorted by its heads, filtered, page by page; resources by name, on this server.
import { addressOf, isOurs, namesOf, shortened } from "./labels.js";
import { element, language, number, say } from "./texts.js";

const PAGE = 100;
const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });

export class TableView {
  label = say("view_table");
  priority = 10;

  constructor(yasr, context) {
    this.yasr = yasr;
    this.context = context;
  }

  canHandleResults() {
    return Boolean(this.context.answer?.names?.length);
  }

  getIcon() {}

  draw() {
    Object.assign(this, { page: 0, sorted: null, falls: false, sought: "" });
    const { columns } = this.context.answer;
    this.shown = columns.filter((column) => !column.isLabel);
    const field = element("input", {
      type: "search", id: "table-filter", autocomplete: "off",
      oninput: () => {
        this.sought = field.value.toLowerCase();
        this.page = 0;
        this.fill();
      },
    });
    this.body = element("tbody");
    this.heads = this.shown.map((column) => this.head(column));
    const table = element(
      "table", {},
      element("caption", {}, (this.caption = element("span", { role: "status" }))),
      element("thead", {}, element("tr", {}, ...this.heads)),
      this.body,
    );
    this.pager = element("nav", { class: "pager", "aria-label": say("pages") });
    this.yasr.resultsEl.append(
      element("p", { class: "form-row" }, element("label", { for: "table-filter" }, say("filter")), field),
      element("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": say("view_table") }, table),
      this.pager,
    );
    this.fill();
  }

  head(column) {
    const mark = element("span", { "aria-hidden": "true" });
    const button = element(
      "button",
      {
        type: "button", class: "sort",
        onclick: () => {
          this.falls = this.sorted === column ? !this.falls : false;
          this.sorted = column;
          this.page = 0;
          this.fill();
        },
      },
      column.name, mark,
    );
    return element("th", { scope: "col", class: column.kind === "number" ? "number" : null }, button);
  }

  rows() {
    const { rows } = this.context.answer;
    const kept = this.sought
      ? rows.filter((row) => Object.values(row).some((cell) => String(cell.value).toLowerCase().includes(this.sought)))
      : [...rows];
    const column = this.sorted;
    if (column) {
      const key = (row) => row[column.label ?? column.name] ?? row[column.name];
      const order = column.kind === "number"
        ? (a, b) => Number(a.value) - Number(b.value)
        : (a, b) => collator.compare(a.value, b.value);
      const side = this.falls ? -1 : 1;
      kept.sort((a, b) => {
        const [left, right] = [key(a), key(b)];
        if (!left || !right) return (left ? 0 : 1) - (right ? 0 : 1); // what is unbound comes last
        return side * order(left, right);
      });
    }
    return kept;
  }

  async fill() {
    const all = this.rows();
    const first = this.page * PAGE;
    const rows = all.slice(first, first + PAGE);
    for (const [index, head] of this.heads.entries()) {
      const isSorted = this.shown[index] === this.sorted;
      if (isSorted) head.setAttribute("aria-sort", this.falls ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
      head.querySelector("span").textContent = isSorted ? (this.falls ? " ▼" : " ▲") : "";
    }
    this.body.replaceChildren(...rows.map((row) => element("tr", {}, ...this.shown.map((column) => this.cell(row, column)))));
    this.caption.textContent = all.length
      ? say("range", { first: number(first + 1), last: number(first + rows.length), total: number(all.length) })
      : say("nothing");
    this.turnable(all.length);
    await this.named(rows);
  }

  turnable(total) {
    const last = Math.ceil(total / PAGE) - 1;
    const turn = (by, key) =>
      element("button", { type: "button", class: "button", disabled: this.page + by < 0 || this.page + by > last,
        onclick: () => { this.page += by; this.fill(); } }, say(key));
    const where = say("page_of", { page: number(this.page + 1), pages: number(last + 1) });
    this.pager.replaceChildren(...(last > 0 ? [turn(-1, "previous"), element("span", {}, where), turn(1, "next")] : []));
  }

  cell(row, column) {
    const cell = row[column.name];
    const attributes = { "data-label": column.name, class: column.kind === "number" ? "number" : null };
    if (!cell) return element("td", attributes);
    if (cell.type === "uri") return element("td", attributes, this.link(cell.value, row[column.label]?.value));
    const other = cell["xml:lang"];
    const tag = other ? element("small", { class: "tag" }, ` ${other}`) : null;
    const text = typeof cell.value === "string" ? cell.value : JSON.stringify(cell.value);
    return element("td", attributes, element("span", { lang: other && other !== language ? other : null }, text), tag);
  }

  link(iri, name) {
    const { settings } = this.context;
    const short = shortened(iri, this.prefixes());
    const href = addressOf(iri, settings);
    const outside = href && !isOurs(iri, settings);
    const text = element(href ? "a" : "span", { href, title: iri, rel: outside ? "noopener" : null, "data-iri": name ? null : iri }, name ?? short);
    return element("span", {}, text, name ? element("small", { class: "tag" }, ` ${short}`) : null);
  }

  prefixes() {
    return this.context.prefixes?.() ?? {};
  }

  /** Puts names in place of IRIs once they are known; the CURIE stays beside. */
  async named(rows) {
    const places = [...this.body.querySelectorAll("[data-iri]")];
    if (!rows.length || !places.length) return;
    const names = await namesOf(places.map((place) => place.dataset.iri), this.context.settings).catch(() => new Map());
    for (const place of places) {
      const name = names.get(place.dataset.iri);
      if (!name || !place.isConnected) continue;
      place.after(element("small", { class: "tag" }, ` ${place.textContent}`));
      place.textContent = name;
    }
  }
}
