import type { Session } from '../session.ts';
import type { AttackSubject, Candidate, Edit } from '../subject.ts';

/** Edits that one step may make, the most promising first. `indices` narrows them to some words. */
export type Transformation = (
  from: Candidate,
  call: {
    readonly subject: AttackSubject;
    readonly session: Session;
    readonly indices: readonly number[] | null;
  },
) => Promise<readonly Edit[]>;

/** The words a transformation works on: those asked for that still stand. */
export function standing(from: Candidate, indices: readonly number[] | null): readonly number[] {
  const wanted = indices ?? from.words.map((_, i) => i);
  return wanted.filter((i) => from.words[i] !== null);
}

/** A word's core of letters and digits, and the marks around it. */
export function coreOf(word: string): {
  readonly before: string;
  readonly core: string;
  readonly after: string;
} {
  const match = /^([^\p{L}\p{N}]*)(.*?)([^\p{L}\p{N}]*)$/su.exec(word)!;
  return { before: match[1]!, core: match[2]!, after: match[3]! };
}
