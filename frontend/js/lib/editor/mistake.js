// Marks in the editor the line and the word where the server found a mistake.

let cleared = () => undefined;

/** Line and column count from 1, as in the server's answer; 0 means that it is not known. */
export function markedError(editor, line, column) {
  cleared();
  const doc = editor.getDoc();
  if (!line || line > doc.lineCount()) return;
  const at = line - 1;
  const handle = editor.addLineClass(at, "background", "error-line");
  const text = doc.getLine(at);
  let from = Math.min(Math.max((column || 1) - 1, 0), text.length);
  if (from === text.length) from = Math.max(0, text.search(/\S\s*$/));
  const word = /^\S+/.exec(text.slice(from));
  const mark = doc.markText(
    { line: at, ch: from },
    { line: at, ch: word ? from + word[0].length : text.length },
    { className: "error-word" },
  );
  doc.setCursor({ line: at, ch: from });
  editor.scrollIntoView({ line: at, ch: from }, 60);
  cleared = () => {
    editor.removeLineClass(handle, "background", "error-line");
    mark.clear();
    cleared = () => undefined;
  };
}

export const clearError = () => cleared();
