import { mostImportantFirst, wordImportance } from '../importance.ts';
import { sameOutcome } from '../outcome.ts';
import type { Scored } from '../session.ts';
import { type Candidate, startOf } from '../subject.ts';
import { type AttackPath, type Recipe, type RecipeCall, startScored } from './recipe.ts';

/**
 * sub_span (docs/square-wire.md#span-probes): the contiguous words whose saliency sums highest, alone. Not a
 * published attack but a probe of sufficiency (DeYoung et al. 2020); success means the prediction changed.
 * The first of equal sums wins, also when all are zero.
 */
export const subSpan: Recipe = { run: bestSpan };

async function bestSpan(call: RecipeCall): Promise<AttackPath> {
  const importance = await importanceOf(call);
  const size = Math.min(call.options.max_tokens, importance.length);
  let from = 0;
  let most = -Infinity;
  for (let start = 0; start + size <= importance.length; start += 1) {
    const sum = importance.slice(start, start + size).reduce((a, b) => a + b, 0);
    if (sum > most) [from, most] = [start, sum];
  }
  const indices = Array.from({ length: size }, (_, k) => from + k);
  return judged(call, [indices], indices);
}

/**
 * topk_tokens (docs/square-wire.md#span-probes): row k holds the k most salient words in the order of the
 * text.
 */
export const topkTokens: Recipe = { run: bestWords };

async function bestWords(call: RecipeCall): Promise<AttackPath> {
  const importance = await importanceOf(call);
  const indices = mostImportantFirst(importance).slice(0, call.options.max_tokens);
  return judged(
    call,
    indices.map((_, k) => indices.slice(0, k + 1)),
    indices,
  );
}

async function importanceOf({ subject, session, options, goal }: RecipeCall): Promise<readonly number[]> {
  return wordImportance(startOf(subject), options.saliency_method, { subject, session, goal });
}

async function judged(
  call: RecipeCall,
  sets: readonly (readonly number[])[],
  indices: readonly number[],
): Promise<AttackPath> {
  const { subject, session } = call;
  const candidates = sets.map((kept): Candidate => {
    const stays = new Set(kept);
    const words = subject.split.words.map((word, i) => (stays.has(i) ? word : null));
    return { words, edits: [] };
  });
  const scored: readonly Scored[] = await session.score(candidates, call);
  const last = scored.at(-1);
  return {
    steps: [startScored(call), ...scored],
    success: last !== undefined && !sameOutcome(subject.original, last.outcome),
    indices,
  };
}
