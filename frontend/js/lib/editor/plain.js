// The answer as it was sent, and the answer yes or no.
import { element, number, say } from "./texts.js";

const MOST_CHARACTERS = 200_000; // the rest is in the download

export class RawView {
  label = say("view_raw");
  priority = 1;

  constructor(yasr, context) {
    this.yasr = yasr;
    this.context = context;
  }

  canHandleResults() {
    return this.context.answer !== null;
  }

  getIcon() {}

  draw() {
    const { content } = this.context.answer;
    const text = content.slice(0, MOST_CHARACTERS);
    const code = element("code", {}, text);
    this.yasr.resultsEl.append(
      element("pre", { tabindex: "0", role: "region", "aria-label": say("view_raw") }, code),
    );
    if (text.length < content.length) {
      this.yasr.resultsEl.append(
        element("p", {}, say("cut_text", { shown: number(text.length), total: number(content.length) })),
      );
    }
  }
}

export class BooleanView {
  label = say("view_boolean");
  priority = 20;
  hideFromSelection = true;

  constructor(yasr, context) {
    this.yasr = yasr;
    this.context = context;
  }

  canHandleResults() {
    return this.context.answer?.kind === "boolean";
  }

  getIcon() {}

  draw() {
    const text = say(this.context.answer.value ? "yes" : "no");
    this.yasr.resultsEl.append(element("p", { class: "boolean" }, text));
  }
}
