// The SPARQL page: YASGUI's editor and result viewer on the one endpoint of this server.
//
// Without scripts the page's own form asks the server. Nothing is stored in the browser, and
// nothing is asked of another server: no list of endpoints, no proxy, no prefix.cc, no LOV.
import Yasgui from "@zazuko/yasgui";
import { completers } from "./lib/editor/completion.js";
import { exampleMenu } from "./lib/editor/examples.js";
import { Runner } from "./lib/editor/run.js";
import { resultViews } from "./lib/editor/results.js";
import { markedError } from "./lib/editor/mistake.js";
import { say } from "./lib/editor/texts.js";

const place = document.getElementById("editor");
const form = document.getElementById("sparql-form");
const plain = document.getElementById("query");
const settings = { ...place.dataset, root: place.dataset.root || "" };

// Its own completers ask other servers.
Yasgui.Yasqe.Autocompleters = {};
Yasgui.Yasqe.defaults.autocompleters = [];
for (const each of completers(settings)) Yasgui.Yasqe.registerAutocompleter(each);

const editor = new Yasgui.Yasqe(place, {
  value: plain.value.replace(/\n$/, ""),
  persistenceId: null,
  consumeShareLink: null,
  createShareableLink: null,
  showQueryButton: false,
  resizeable: false,
  editorHeight: "26rem",
  lineWrapping: true,
  viewportMargin: 200,
  screenReaderLabel: say("label"),
  extraKeys: {
    ...Yasgui.Yasqe.defaults.extraKeys,
    "Ctrl-S": () => undefined, // it would store
    "Ctrl-Enter": () => run(),
    "Cmd-Enter": () => run(),
    Esc: () => document.getElementById("after-editor").focus(),
  },
});
const showNotification = editor.showNotification.bind(editor);
editor.showNotification = (key) => showNotification(key, say("complete"));
editor.on("autocompletionShown", (_, widget) => {
  widget.hints.setAttribute("aria-label", say("suggestions"));
  widget.hints.tabIndex = 0;
});
plain.hidden = true;
document.querySelector("label[for=query]").hidden = true;
form.classList.add("has-editor");
document.documentElement.classList.add("with-editor");

const views = resultViews(Yasgui.Yasr, document.getElementById("results"), settings);
const runner = new Runner(settings, { views, editor });
const run = () => {
  plain.value = editor.getValue();
  return runner.run(plain.value);
};
views.prefixes = () => editor.getPrefixesFromQuery();
views.onChange = () => runner.linked(editor.getValue());
form.addEventListener("submit", (event) => {
  plain.value = editor.getValue();
  const format = form.elements.format.value;
  if (format !== "html") return; // a download is the browser's own affair
  event.preventDefault();
  run();
});
document.getElementById("cancel").addEventListener("click", () => runner.cancel());
document.getElementById("share").addEventListener("click", () => runner.share(editor.getValue()));
// The tooltip of the syntax check is markup with styles, in English: a plain title instead.
const plainIcons = () => {
  for (const icon of place.querySelectorAll(".parseErrorIcon")) {
    icon.onmouseover = icon.onmouseout = null;
    icon.title = say("syntax");
  }
};
editor.on("changes", plainIcons);
plainIcons();
exampleMenu(document.getElementById("examples"), settings, (text) => {
  editor.setValue(text);
  editor.focus();
});

const problem = document.getElementById("problem");
if (problem) markedError(editor, Number(problem.dataset.line), Number(problem.dataset.column));
// The server has answered a query of the address already: its views need the rows.
else if (place.dataset.asked) run();
