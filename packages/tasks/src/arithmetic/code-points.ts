/** A text addressed by Unicode code points, as Python and the tokenizers count, not by UTF-16 units. */
export interface CodePoints {
  readonly length: number;
  slice(start: number, end: number): string;
}

/** Texts without surrogates are addressed directly; others are split once. */
export function codePoints(text: string): CodePoints {
  if (!/[\ud800-\udfff]/.test(text)) return { length: text.length, slice: (a, b) => text.slice(a, b) };
  const points = Array.from(text);
  return { length: points.length, slice: (a, b) => points.slice(a, b).join('') };
}
