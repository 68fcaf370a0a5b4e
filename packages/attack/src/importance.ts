import type { ExplainMethod } from '@tessera/contracts';
import type { Goal } from './goals/goal.ts';
import { probabilityOf } from './outcome.ts';
import type { Session } from './session.ts';
import { type AttackSubject, type Candidate, textOf, unitOf, withEdit } from './subject.ts';
import { splitWords } from './words.ts';

/**
 * How much each word of a candidate matters, by an explain method (magnitudes summed over the stretches
 * inside the word) or, without one, by leave-one-out: p(original | x) − p(original | x without the word).
 * Words that are gone or were not reached get 0.
 */
export async function wordImportance(
  candidate: Candidate,
  method: ExplainMethod | undefined,
  {
    subject,
    session,
    goal,
  }: { readonly subject: AttackSubject; readonly session: Session; readonly goal: Goal },
): Promise<readonly number[]> {
  if (method === undefined) return leaveOneOut(candidate, { subject, session, goal });
  const [found] = await session.saliency([unitOf(subject, candidate)], method);
  const part = typeof subject.unit[0] === 'string' ? 0 : subject.part;
  const spans = splitWords(textOf(subject, candidate)).spans;
  const sums = spans.map(([start, end]) =>
    found!.values
      .filter((one) => one.sequence === part && one.start < end && one.end > start)
      .reduce((sum, one) => sum + Math.abs(one.value), 0),
  );
  let next = 0;
  return candidate.words.map((word) => (word === null ? 0 : sums[next++]!));
}

async function leaveOneOut(
  candidate: Candidate,
  {
    subject,
    session,
    goal,
  }: { readonly subject: AttackSubject; readonly session: Session; readonly goal: Goal },
): Promise<readonly number[]> {
  const places = candidate.words.flatMap((word, i) => (word === null ? [] : [i]));
  const [whole, ...without] = await session.score(
    [
      candidate,
      ...places.map((index) => withEdit(candidate, { index, from: candidate.words[index]!, to: null })),
    ],
    { subject, goal },
  );
  const importance = candidate.words.map(() => 0);
  if (!whole) return importance;
  const p = probabilityOf(subject.original, whole.outcome);
  without.forEach(({ outcome }, k) => {
    importance[places[k]!] = p - probabilityOf(subject.original, outcome);
  });
  return importance;
}

/** Indices by falling importance, ties by position. */
export function mostImportantFirst(importance: readonly number[]): readonly number[] {
  return importance.map((_, i) => i).sort((a, b) => importance[b]! - importance[a]! || a - b);
}
