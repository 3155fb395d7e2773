// What the editor says, in the language of the page.
const asked = await fetch(document.getElementById("editor").dataset.texts);
const all = await asked.json();

export const language = all.language;
export const seconds = all.seconds;
export const prefixes = all.prefixes; // of this server; a query may declare others

const filled = (text, values) =>
  text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));

export const say = (key, values = {}) => filled(all.editor[key] ?? key, values);

/** What an error means and what to do, by the code and the limit that a problem carries. */
export function explained({ code, limit, detail, hint }) {
  const key = limit && all.errors[`${code}-${limit}`] ? `${code}-${limit}` : code;
  return {
    message: all.errors[key] ?? detail ?? all.errors.error,
    hint: code === "query-syntax" ? "" : (all.errors[`hint-${key}`] ?? ""),
    detail: [detail, hint].filter(Boolean).join(". "),
  };
}

export const number = (value, digits = 2) =>
  new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);

/** An element with attributes and children; text is never markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
