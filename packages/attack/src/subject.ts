import type { TextInput } from '@tessera/contracts';
import type { Outcome, Unit } from './context.ts';
import { joinWords, type SplitText, splitWords, wordsInSpan } from './words.ts';

/** One input under attack: the text of it that is edited, in words, and what the model said of it. */
export interface AttackSubject {
  readonly unit: Unit;
  /** Which text of each row is edited; the rows of a unit share it. */
  readonly part: 0 | 1;
  readonly split: SplitText;
  readonly original: Outcome;
  /** Words that may not change. */
  readonly kept: ReadonlySet<number>;
}

/** One change of one word; `to` null takes the word away. */
export interface Edit {
  readonly index: number;
  readonly from: string;
  readonly to: string | null;
  /** First-order estimate of the rise of the loss, where the transformation has one. */
  readonly estimate?: number;
}

/** A state of the search: the words as they stand and the edits that led there, in order. */
export interface Candidate {
  readonly words: readonly (string | null)[];
  readonly edits: readonly Edit[];
}

export function startOf(subject: AttackSubject): Candidate {
  return { words: subject.split.words, edits: [] };
}

export function withEdit(candidate: Candidate, edit: Edit): Candidate {
  const words = candidate.words.map((word, i) => (i === edit.index ? edit.to : word));
  return { words, edits: [...candidate.edits, edit] };
}

/** The candidate that a list of edits makes from the start. */
export function replay(subject: AttackSubject, edits: readonly Edit[]): Candidate {
  return edits.reduce(withEdit, startOf(subject));
}

/** The edited text. */
export function textOf(subject: AttackSubject, candidate: Candidate): string {
  return joinWords(subject.split, candidate.words);
}

/** The unit with the edited text in each row. */
export function unitOf(subject: AttackSubject, candidate: Candidate): Unit {
  const text = textOf(subject, candidate);
  return subject.unit.map((row) => withText(row, subject.part, text)) as unknown as Unit;
}

function withText(row: TextInput, part: 0 | 1, text: string): TextInput {
  if (typeof row === 'string') return text;
  return part === 0 ? [text, row[1]] : [row[0], text];
}

export function textAt(row: TextInput, part: 0 | 1): string {
  return typeof row === 'string' ? row : row[part];
}

export interface SubjectOptions {
  readonly unit: Unit;
  readonly part: 0 | 1;
  readonly original: Outcome;
  readonly protect: readonly (readonly [number, number])[];
  readonly includeAnswer: boolean;
}

/** Protects the given spans, and the words of the answer when the context is edited. */
export function makeSubject({ unit, part, original, protect, includeAnswer }: SubjectOptions): AttackSubject {
  const split = splitWords(textAt(unit[0], part));
  const spans = [...protect];
  if (original.kind === 'answer' && part === 1 && !includeAnswer && original.answer !== '')
    spans.push([original.start, original.end]);
  const kept = new Set(spans.flatMap(([start, end]) => wordsInSpan(split, start, end)));
  return { unit, part, split, original, kept };
}
