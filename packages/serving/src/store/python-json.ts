/**
 * Reads JSON as Python writes it: a byte order mark in front, and the bare words NaN and Infinity that
 * `json.dump` gives for such floats. NaN becomes null ("not said"), because no key of a model folder means
 * anything by it. Throws SyntaxError.
 */
export function parsePythonJson(text: string): unknown {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    return JSON.parse(plain);
  } catch (error) {
    const repaired = plain.replace(stringOrWord, (found) => words[found] ?? found);
    if (repaired === plain) throw error;
    return JSON.parse(repaired);
  }
}

/** Strings are matched whole, so that a word inside one is left alone. */
const stringOrWord = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/gs;

/** 1e999 is over the range of a double, which JSON.parse reads as infinity. */
const words: Readonly<Record<string, string>> = { NaN: 'null', Infinity: '1e999', '-Infinity': '-1e999' };
