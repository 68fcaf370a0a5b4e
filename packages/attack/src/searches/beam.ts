import type { Scored } from '../session.ts';
import { best, type SearchContext } from './search.ts';

/**
 * Beam search over sequences of edits; a width of 1 is greedy. Ends at the first step that reaches the goal,
 * with the best of those that do, else at `depth` edits or when nothing more can be proposed, with the best
 * seen.
 */
export async function beamSearch(
  start: Scored,
  context: SearchContext,
  { width, depth }: { readonly width: number; readonly depth: number },
): Promise<Scored> {
  let beam: readonly Scored[] = [start];
  let bestSeen = start;
  for (let step = 0; step < depth && !bestSeen.reached; step += 1) {
    const next = new Map<string, Scored['candidate']>();
    for (const member of beam)
      for (const candidate of await context.propose(member.candidate, null))
        next.set(JSON.stringify(candidate.words), candidate);
    const scored = await context.score([...next.values()]);
    if (scored.length === 0) break;
    const reached = scored.filter((one) => one.reached);
    beam = best(reached.length > 0 ? reached : scored, width);
    // A path that fails is shown as well: the best of what was tried, even where nothing beats the start.
    if (bestSeen === start || beam[0]!.reached || beam[0]!.value > bestSeen.value) bestSeen = beam[0]!;
  }
  return bestSeen;
}
