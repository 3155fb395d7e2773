// Runs a query and shows what comes of it: rows, a graph, or what went wrong and where.
import { clearError, markedError } from "./mistake.js";
import { element, explained, number, say, seconds } from "./texts.js";

const SELECT = "application/sparql-results+json";
const GRAPH = "text/turtle";
const LONGEST_ADDRESS = 6000; // of a query in an address; proxies cut longer ones off

export class Runner {
  constructor(settings, { views, editor }) {
    this.settings = settings;
    this.views = views;
    this.editor = editor;
    this.status = document.getElementById("run-status");
    this.failure = document.getElementById("failure");
    this.answer = document.getElementById("server-answer");
    this.cancelButton = document.getElementById("cancel");
    this.downloads = document.getElementById("downloads");
  }

  get endpoint() {
    return `${this.settings.root}/sparql`;
  }

  cancel() {
    this.running?.abort();
  }

  async run(query) {
    this.cancel();
    clearError();
    document.getElementById("problem")?.remove();
    const running = (this.running = new AbortController());
    this.busy(true);
    const begun = performance.now();
    try {
      const answer = await this.asked(query, running.signal);
      const content = await answer.text();
      if (running !== this.running) return; // another has begun
      this.linked(query);
      if (!answer.ok) return this.failed(answer, content);
      this.succeeded(answer, content, performance.now() - begun, query);
    } catch (error) {
      if (running !== this.running) return;
      const cancelled = error.name === "AbortError";
      this.shown(cancelled ? "" : say("unreachable"), "", cancelled ? "" : String(error.message));
      this.status.textContent = cancelled ? say("cancelled") : "";
    } finally {
      if (running === this.running) this.busy(false);
    }
  }

  asked(query, signal) {
    const body = new URLSearchParams({ query });
    const headers = { accept: `${SELECT}, ${GRAPH};q=0.9` };
    const inAddress = body.toString().length <= LONGEST_ADDRESS;
    return inAddress
      ? fetch(`${this.endpoint}?${body}`, { headers, signal })
      : fetch(this.endpoint, { method: "POST", body, headers, signal });
  }

  busy(is) {
    this.cancelButton.hidden = !is;
    this.views.place.setAttribute("aria-busy", String(is));
    if (is) this.status.textContent = say("running");
  }

  failed(answer, content) {
    this.views.clear();
    this.downloads.hidden = true;
    this.status.textContent = "";
    let problem = {};
    try {
      problem = JSON.parse(content);
    } catch {
      problem = { code: "", detail: answer.statusText };
    }
    const { message, hint, detail } = explained(problem);
    const where = problem.line ? say("line", { line: problem.line, column: problem.column ?? 1 }) : "";
    const limit = answer.status === 504 ? say("limit", { seconds: number(seconds, 1) }) : "";
    this.shown([where, message].filter(Boolean).join(" "), [hint, limit].filter(Boolean).join(" "), detail);
    if (problem.line) markedError(this.editor, problem.line, problem.column ?? 1);
  }

  shown(message, hint = "", detail = "") {
    this.answer?.remove();
    this.failure.replaceChildren();
    this.failure.hidden = !message;
    if (!message) return;
    this.failure.append(element("p", {}, element("strong", {}, message)));
    if (hint) this.failure.append(element("p", {}, hint));
    if (detail) this.failure.append(element("p", { lang: "en", class: "problem-detail" }, detail));
  }

  succeeded(answer, content, took, query) {
    this.shown("");
    const rows = this.views.show(answer, content, took);
    const facts = { rows: number(rows.count), seconds: number(took / 1000) };
    const what = rows.kind === "boolean" ? "done" : rows.kind === "graph" ? "triples" : "rows";
    this.status.textContent = say(what, facts);
    this.why(query, rows.count === 0 && rows.kind !== "boolean");
    this.offered(query, rows.kind);
  }

  why(query, isEmpty) {
    const place = document.getElementById("why-empty");
    place.hidden = !isEmpty;
    if (isEmpty) place.firstElementChild.href = this.address(query, { explain: "empty" });
  }

  /** Downloads of the same answer, by address. */
  offered(query, kind) {
    const suffixes = kind === "graph" ? ["ttl", "jsonld", "nt", "rdf"] : ["json", "xml", "csv", "tsv"];
    const fits = this.address(query).length <= LONGEST_ADDRESS;
    this.downloads.hidden = !fits;
    if (!fits) return;
    const links = suffixes.map((suffix) =>
      element("a", { class: "button", href: this.address(query, { format: suffix }) }, suffix.toUpperCase()),
    );
    this.downloads.replaceChildren(say("downloads"), " ", ...links);
  }

  address(query, more = {}) {
    const asked = new URLSearchParams({ query, ...more });
    const language = new URLSearchParams(location.search).get("lang");
    if (language) asked.set("lang", language);
    return `${this.endpoint}?${asked}`;
  }

  /** The address of the page says what it shows, and the other language shows the same. */
  linked(query) {
    const address = this.address(query, this.views.state());
    if (address.length > LONGEST_ADDRESS) return;
    history.replaceState(null, "", address);
    for (const link of document.querySelectorAll("header a[hreflang]")) {
      const asked = new URLSearchParams(address.split("?")[1]);
      asked.set("lang", link.hreflang);
      link.href = `${this.endpoint}?${asked}`;
    }
  }

  async share(query) {
    const address = this.address(query, this.views.state());
    const place = document.getElementById("share-link");
    const fits = address.length <= LONGEST_ADDRESS;
    const field = place.querySelector("input");
    place.hidden = false;
    field.hidden = !fits;
    const said = place.querySelector("[role=status]");
    said.textContent = fits ? "" : say("too_long");
    if (!fits) return;
    field.value = location.origin + address;
    field.focus();
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = say("copied");
    } catch {
      said.textContent = say("copy_by_hand"); // the clipboard is closed to this page
    }
  }
}
