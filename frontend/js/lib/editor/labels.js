// Names of resources, asked of the endpoint for what is on the screen, and addresses on this server.
import { language, prefixes as ours } from "./texts.js";

const MOST_AT_ONCE = 150;
const known = new Map();

/** Where a resource leads: ours on this server, others where they are, and nowhere else. */
export function addressOf(iri, settings) {
  if (iri.startsWith(settings.base)) return `${settings.root}/${iri.slice(settings.base.length)}`;
  return /^https?:\/\//.test(iri) ? iri : null;
}

export const isOurs = (iri, settings) => iri.startsWith(settings.base);

/** A CURIE by the prefixes of the query and of this server, or the IRI. */
export function shortened(iri, prefixes) {
  let best = null;
  for (const [name, start] of Object.entries({ ...ours, ...prefixes })) {
    const local = iri.slice(start.length);
    if (start && iri.startsWith(start) && !/[/#?]/.test(local) && (!best || start.length > best.length)) {
      best = { length: start.length, text: `${name}:${local}` };
    }
  }
  return best?.text ?? iri;
}

const query = (iris) => `
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?iri ?label WHERE {
  VALUES ?iri { ${iris.map((iri) => `<${iri}>`).join(" ")} }
  ?iri skos:prefLabel|rdfs:label|dct:title|foaf:name ?label
  FILTER(LANG(?label) IN ("${language}", ""))
}`;

const isWritable = (iri) => /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]*$/i.test(iri);

/** Names by IRI; without those that have none. */
export async function namesOf(iris, settings) {
  const wanted = [...new Set(iris)].filter((iri) => !known.has(iri) && isWritable(iri));
  for (let start = 0; start < wanted.length; start += MOST_AT_ONCE) {
    const part = wanted.slice(start, start + MOST_AT_ONCE);
    const answer = await fetch(`${settings.root}/sparql`, {
      method: "POST",
      headers: { accept: "application/sparql-results+json" },
      body: new URLSearchParams({ query: query(part) }),
    });
    if (!answer.ok) break; // names are a comfort; IRIs stand without them
    for (const iri of part) known.set(iri, null);
    for (const { iri, label } of (await answer.json()).results.bindings) {
      known.set(iri.value, known.get(iri.value) ?? label.value);
    }
  }
  return new Map(iris.map((iri) => [iri, known.get(iri)]).filter(([, name]) => name));
}
