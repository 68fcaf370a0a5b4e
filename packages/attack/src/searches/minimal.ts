import type { Scored } from '../session.ts';
import { type AttackSubject, type Edit, replay } from '../subject.ts';
import type { SearchContext } from './search.ts';

/**
 * The fewest of a successful attack's edits that still succeed, in their order: no beginning of the list and
 * no list with one edit undone reaches the goal. Edits are undone one at a time, the earliest that can go
 * first.
 */
export async function minimalEdits(
  found: Scored,
  context: SearchContext,
  subject: AttackSubject,
): Promise<Scored> {
  let current = found;
  for (;;) {
    const { edits } = current.candidate;
    const smaller: (readonly Edit[])[] = [
      ...edits.slice(1).map((_, k) => edits.slice(0, k + 1)), // beginnings, shortest first
      ...edits.map((_, k) => edits.filter((__, i) => i !== k)),
    ].filter((list) => list.length > 0);
    const scored = await context.score(smaller.map((list) => replay(subject, list)));
    const next = scored.find((one) => one.reached);
    if (!next) return current;
    current = next;
  }
}
