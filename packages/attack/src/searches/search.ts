import type { Scored } from '../session.ts';
import type { Candidate } from '../subject.ts';

/**
 * What a search may do: ask for the next candidates, transformed and constrained, and have a list of them
 * judged as one batch.
 */
export interface SearchContext {
  propose(from: Candidate, indices: readonly number[] | null): Promise<readonly Candidate[]>;
  /** A prefix of the list when the budget ends. */
  score(candidates: readonly Candidate[]): Promise<readonly Scored[]>;
}

/** Higher goal score first; stable. */
export function best(scored: readonly Scored[], count: number): readonly Scored[] {
  return [...scored].sort((a, b) => b.value - a.value).slice(0, count);
}
