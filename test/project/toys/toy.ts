/**
 * Something that is added to the code base for a test: which files change, and a program that runs what was
 * added.
 */
export interface Toy {
  /** As the list in CONTRIBUTING.md calls it. */
  readonly kind: string;
  /** New text of each file, from its old one; a file that is new has the old text "". */
  readonly files: Readonly<Record<string, (old: string) => string>>;
  /** An ES module, run from the root; throws when what was added does not work. */
  readonly proof: string;
}

/** Puts `addition` before the first place of `anchor`; throws when the file has no such place any more. */
export function before(text: string, anchor: string, addition: string): string {
  const at = text.indexOf(anchor);
  if (at < 0) throw new Error(`nothing reads ${JSON.stringify(anchor)} any more`);
  return text.slice(0, at) + addition + text.slice(at);
}
