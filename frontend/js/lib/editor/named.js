// What a cell is called in a figure: by its label column, its name, or its CURIE.
import { namesOf, shortened } from "./labels.js";

/** Returns the text of a cell, after asking for the names of what has no label beside it. */
export async function namer(answer, columns, context) {
  const iris = [];
  for (const row of answer.rows) {
    for (const column of columns) {
      const cell = row[column.name];
      if (cell?.type === "uri" && !row[column.label]) iris.push(cell.value);
    }
  }
  const names = await namesOf(iris.slice(0, 600), context.settings).catch(() => new Map());
  const prefixes = context.prefixes?.() ?? {};
  return (row, column) => {
    const cell = row[column.name];
    if (!cell) return null;
    if (cell.type !== "uri") return String(cell.value);
    return row[column.label]?.value ?? names.get(cell.value) ?? shortened(cell.value, prefixes);
  };
}
