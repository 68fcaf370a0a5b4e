import type { Scored } from '../session.ts';
import { best, type SearchContext } from './search.ts';

/**
 * Greedy search in the order of word importance (the common frame of Gao et al. 2018, Jin et al. 2020, Garg &
 * Ramakrishnan 2020): words from the most to the least important, each replaced by the candidate that helps
 * the goal most, if it helps.
 */
export async function importanceRanked(
  start: Scored,
  context: SearchContext,
  { order, edits }: { readonly order: readonly number[]; readonly edits: number },
): Promise<Scored> {
  let current = start;
  for (const index of order) {
    if (current.reached || current.candidate.edits.length >= edits) break;
    const scored = await context.score(await context.propose(current.candidate, [index]));
    const reached = scored.filter((one) => one.reached);
    const [top] = best(reached.length > 0 ? reached : scored, 1);
    if (top && (top.reached || top.value > current.value)) current = top;
  }
  return current;
}
