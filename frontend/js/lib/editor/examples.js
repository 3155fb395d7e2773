// The menu of examples: a choice puts the query into the editor; without scripts it is a form.
import { language } from "./texts.js";

export function exampleMenu(form, settings, put) {
  const select = form.querySelector("select");
  let texts;
  const load = () =>
    (texts ??= fetch(`${settings.root}/sparql/examples.json?lang=${language}`)
      .then((answer) => answer.json())
      .then((groups) => {
        const all = groups.flatMap((group) => group.queries);
        return new Map(all.map((query) => [query.name, query.text]));
      }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = (await load()).get(select.value);
    if (text) put(text);
  });
}
