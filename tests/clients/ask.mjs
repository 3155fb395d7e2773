// Answer questions with Comunica: JSON on standard input, JSON on standard output.
// In: [{"sources": [...], "query": "..."}]; out: for each rows, a truth value or triples.
import { QueryEngine } from "@comunica/query-sparql";

function text(term) {
  if (term.termType !== "Literal") return term.value;
  const tail = term.language ? `@${term.language}` : `^^${term.datatype.value}`;
  return `${JSON.stringify(term.value)}${tail}`;
}

async function answer(engine, { sources, query }) {
  const result = await engine.query(query, { sources });
  if (result.resultType === "boolean") return result.execute();
  const stream = await result.execute();
  const items = await stream.toArray();
  if (result.resultType === "quads") {
    return items.map((quad) => [quad.subject, quad.predicate, quad.object].map(text));
  }
  return items.map((row) =>
    Object.fromEntries([...row].map(([variable, term]) => [variable.value, text(term)])),
  );
}

let input = "";
for await (const part of process.stdin) input += part;
const engine = new QueryEngine();
const answers = [];
for (const question of JSON.parse(input)) answers.push(await answer(engine, question));
process.stdout.write(JSON.stringify(answers));
