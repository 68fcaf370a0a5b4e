import { distance } from 'fastest-levenshtein';

/** Edits after which a name is no longer taken for a slip of another: a third of it, and at least one. */
const slips = (name: string): number => Math.max(1, Math.floor(name.length / 3));

/**
 * ` Did you mean "kernel_shap"?` where a name is close to one that there is, else nothing. A part that was
 * left out counts as a slip, too: "shap" means "kernel_shap".
 */
export function guessOf(name: string, names: readonly string[]): string {
  const asked = name.slice(0, 60).toLowerCase();
  const ranked = names
    .map((candidate) => ({ candidate, edits: distance(asked, candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const close = ranked.find(({ edits }) => edits <= slips(asked));
  const found = close?.candidate ?? partOf(asked, names);
  return found === undefined ? '' : ` Did you mean "${found}"?`;
}

/** The only name that a piece of at least three letters is a part of. */
function partOf(asked: string, names: readonly string[]): string | undefined {
  if (asked.length < 3) return undefined;
  const fitting = names.filter((name) => name.includes(asked) || asked.includes(name));
  return fitting.length === 1 ? fitting[0] : undefined;
}
