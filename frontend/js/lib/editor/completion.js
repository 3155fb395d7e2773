// Completion from this server's own ontology and data: terms by CURIE or by name, and prefixes.
import { language, say } from "./texts.js";

const MOST = 60;
const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

/** Asked for once, when first needed. */
function vocabulary(settings) {
  let asked;
  return () =>
    (asked ??= fetch(`${settings.root}/sparql/terms.json?lang=${language}`)
      .then((answer) => answer.json())
      .then(({ prefixes, terms }) => ({
        prefixes,
        terms: terms.map(([curie, name, kind]) => ({
          curie,
          name,
          kind,
          words: plain(`${curie} ${name}`),
        })),
      })));
}

/** Properties where a predicate may stand, classes after "a", anything else elsewhere. */
function expectedKinds(yasqe) {
  const cursor = yasqe.getDoc().getCursor();
  const token = yasqe.getCompleteToken();
  const before = yasqe.getPreviousNonWsToken(cursor.line, token)?.string;
  if (before === "a" || before === "rdf:type") return ["class"];
  if (token.state.possibleCurrent?.includes("a")) return ["property"];
  return ["instance", "concept", "class"];
}

function found(terms, text, kinds) {
  const wanted = plain(text).replace(/^:/, "");
  const ranked = [];
  for (const term of terms) {
    const at = term.words.indexOf(wanted);
    if (at < 0) continue;
    const rank = (kinds.includes(term.kind) ? 0 : 100) + (at === 0 ? 0 : 10) + Math.min(at, 9);
    ranked.push([rank, term]);
  }
  ranked.sort((a, b) => a[0] - b[0] || (a[1].curie < b[1].curie ? -1 : 1));
  return ranked.slice(0, MOST).map(([, term]) => term);
}

/** Puts a term in and, if need be, its prefix at the head of the query. */
const insertion = (prefixes, curie) => (cm, data, hint) => {
  cm.replaceRange(curie, hint.from ?? data.from, hint.to ?? data.to, "complete");
  const prefix = curie.slice(0, curie.indexOf(":"));
  if (!(prefix in cm.getPrefixesFromQuery())) cm.addPrefixes({ [prefix]: prefixes[prefix] });
};

const KIND_KEYS = { class: "kind_class", property: "kind_property", concept: "kind_concept" };

function drawn(term) {
  return (place) => {
    const name = document.createElement("span");
    name.className = "hint-name";
    name.textContent = [term.name, say(KIND_KEYS[term.kind] ?? "kind_instance")]
      .filter(Boolean)
      .join(" · ");
    place.append(term.curie, name);
  };
}

export function completers(settings) {
  const load = vocabulary(settings);
  let known = null;
  const terms = {
    name: "terms",
    bulk: false,
    autoShow: false,
    isValidCompletionPosition(yasqe) {
      const token = yasqe.getCompleteToken();
      const text = token.string.trim();
      if (!text || /^[?$"'#@<]/.test(text) || token.type === "comment") return false;
      if (/^(string|number)$/.test(token.type ?? "")) return false;
      const before = yasqe.getPreviousNonWsToken(yasqe.getDoc().getCursor().line, token);
      return !/^(PREFIX|BASE)$/i.test(before?.string ?? "") && /[\p{L}:]/u.test(text);
    },
    async get(yasqe, token) {
      known = await load();
      const text = (token?.string ?? "").trim();
      return found(known.terms, text, expectedKinds(yasqe)).map(({ curie }) => curie);
    },
    postprocessHints(yasqe, hints) {
      const byCurie = new Map(known.terms.map((term) => [term.curie, term]));
      return hints.map((hint) => ({
        ...hint,
        render: drawn(byCurie.get(hint.text)),
        hint: insertion(known.prefixes, hint.text),
      }));
    },
  };
  const prefixes = {
    name: "prefixes",
    bulk: false,
    autoShow: false,
    isValidCompletionPosition(yasqe) {
      const cursor = yasqe.getDoc().getCursor();
      return /^\s*PREFIX\s+[\w-]*:?$/i.test(yasqe.getLine(cursor.line).slice(0, cursor.ch));
    },
    async get(yasqe, token) {
      const { prefixes: table } = await load();
      const begun = (token?.string ?? "").trim();
      return Object.entries(table)
        .map(([name, iri]) => `${name}: <${iri}>`)
        .filter((line) => line.startsWith(begun));
    },
  };
  return [terms, prefixes, variables];
}

/** Variables of the query, from its tokens. */
const variables = {
  name: "variables",
  bulk: false,
  autoShow: true,
  isValidCompletionPosition: (yasqe) => /^[?$]\w*$/.test(yasqe.getCompleteToken().string),
  get(yasqe, token) {
    const all = new Set(yasqe.getValue().match(/[?$]\w+/g) ?? []);
    return [...all].filter((name) => name.startsWith(token.string) && name !== token.string).sort();
  },
};
