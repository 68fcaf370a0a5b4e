import { isStopWord } from '../stop-words.ts';
import type { AttackSubject, Candidate, Edit } from '../subject.ts';

/** May this edit be made here? Cheap questions only; similarity is asked in batches by the search. */
export type Constraint = (edit: Edit, from: Candidate, subject: AttackSubject) => boolean;

/** Protected words stay. */
export const keepProtected: Constraint = ({ index }, _, subject) => !subject.kept.has(index);

/** A word is changed once. */
export const noRepeats: Constraint = ({ index }, from) => !from.edits.some((edit) => edit.index === index);

/** Stop words are neither changed nor put in. */
export const noStopWords: Constraint = ({ from, to }) =>
  !isStopWord(from) && (to === null || !isStopWord(to));

/** No word for itself, casing aside. */
export const realChange: Constraint = ({ from, to }) =>
  to === null || to.toLowerCase() !== from.toLowerCase();

/**
 * A replacement stays one word, so that word indices hold for every step
 * (docs/square-wire.md#attack-replies).
 */
export const oneWord: Constraint = ({ to }) => to === null || (to !== '' && !/\s/u.test(to));

/** At most this share of the words, but always one. */
export function maxChanged(share: number): Constraint {
  return ({ index }, from, subject) => {
    const changed = new Set([...from.edits.map((edit) => edit.index), index]);
    return changed.size <= Math.max(1, Math.floor(share * subject.split.words.length));
  };
}

/** Edit distance of old and new word at most n (Levenshtein; DeepWordBug's ε over one word). */
export function maxDistance(limit: number): Constraint {
  return ({ from, to }) => to === null || distance([...from], [...to]) <= limit;
}

export function all(...constraints: readonly Constraint[]): Constraint {
  return (edit, from, subject) => constraints.every((allows) => allows(edit, from, subject));
}

export function distance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  a.forEach((x, i) => {
    const next = [i + 1];
    b.forEach((y, j) => {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (x === y ? 0 : 1)));
    });
    row = next;
  });
  return row[b.length]!;
}
