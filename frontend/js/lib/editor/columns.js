// What the columns of an answer hold: numbers, dates, places, resources or names.
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(
  ["integer", "decimal", "double", "float", "nonNegativeInteger", "positiveInteger", "int", "long"].map((name) => XSD + name),
);
const DATES = new Set(["date", "dateTime", "gYear", "gYearMonth"].map((name) => XSD + name));

function kindOf(cells) {
  const kinds = new Set(cells.map(kindOfCell));
  return kinds.size === 1 ? [...kinds][0] : "name";
}

function kindOfCell(cell) {
  if (cell.type === "uri") return "iri";
  if (cell.type === "bnode") return "node";
  if (cell.datatype?.endsWith("wktLiteral")) return "wkt";
  if (NUMBERS.has(cell.datatype)) return "number";
  if (DATES.has(cell.datatype)) return "date";
  return "name";
}

const LATITUDE = /^(lat|latitude|latitudine)$/i;
const LONGITUDE = /^(lon|lng|long|longitude|longitudine)$/i;

/** Name, kind and, for resources, the column with their labels. */
export function columnsOf(names, rows) {
  const columns = names.map((name) => {
    const cells = rows.map((row) => row[name]).filter(Boolean);
    let kind = cells.length ? kindOf(cells) : "empty";
    if (kind === "number" && LATITUDE.test(name)) kind = "latitude";
    if (kind === "number" && LONGITUDE.test(name)) kind = "longitude";
    return { name, kind, count: cells.length };
  });
  for (const column of columns) {
    const label = columns.find((other) => other.name === `${column.name}Label`);
    if (label) {
      column.label = label.name;
      label.isLabel = true;
    }
  }
  return columns;
}
