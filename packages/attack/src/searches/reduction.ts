import type { Scored } from '../session.ts';
import { best, type SearchContext } from './search.ts';

export interface ReductionOptions {
  readonly width: number;
  readonly depth: number;
  /**
   * Words of a candidate from the least important on; null: every word is tried, and the prediction itself
   * tells.
   */
  readonly order: ((from: Scored) => Promise<readonly number[]>) | null;
}

/**
 * Input reduction (Feng et al. 2018): take words away one at a time, keeping the `width` inputs that still
 * get the original prediction with the highest probability, until none does. Importances are computed anew at
 * every step. The answer is the shortest surviving input, the surest of them.
 */
export async function reduceInput(
  start: Scored,
  context: SearchContext,
  { width, depth, order }: ReductionOptions,
): Promise<Scored> {
  let beam: readonly Scored[] = [start];
  for (let step = 0; step < depth; step += 1) {
    const survivors = await surviving(beam, context, { width, order });
    if (survivors.length === 0) break;
    beam = best(survivors, width);
  }
  return beam[0]!;
}

async function surviving(
  beam: readonly Scored[],
  context: SearchContext,
  { width, order }: Pick<ReductionOptions, 'width' | 'order'>,
): Promise<readonly Scored[]> {
  const rankings: (readonly number[])[] = [];
  for (const member of beam) {
    const left = member.candidate.words.flatMap((word, i) => (word === null ? [] : [i]));
    rankings.push(left.length <= 1 ? [] : order ? await order(member) : left);
  }
  // The least important words first; the rest only when none of those can go.
  const rounds = order ? [[0, width] as const, [width, Infinity] as const] : [[0, Infinity] as const];
  for (const [from, to] of rounds) {
    const next = new Map<string, Scored['candidate']>();
    for (const [m, member] of beam.entries())
      for (const index of rankings[m]!.slice(from, to))
        for (const candidate of await context.propose(member.candidate, [index]))
          next.set(JSON.stringify(candidate.words), candidate);
    const survivors = (await context.score([...next.values()])).filter((one) => one.reached);
    if (survivors.length > 0) return survivors;
  }
  return [];
}
