import type { PredictionKind } from './instance.ts';
import type { Texts, Word } from './sequence.ts';

export type Part = 'question' | 'context';

/**
 * The words of each part as they are shown; `hidden` question words follow the first "?" and may give a
 * choice away.
 */
export interface Parts {
  readonly question: readonly Word[];
  readonly context: readonly Word[];
  readonly hidden: readonly Word[];
  /** Which part a text is. */
  of(sequence: 0 | 1): Part;
}

/**
 * SQuARE's question/context split (docs/square-wire.md#question-and-context). Question answering sends
 * [question, context]; classification sends [context, question], whose question is cut after its first "?"; a
 * lone text is the context. A classification pair whose first text ends in "?" while its second has none is
 * [question, choice], and stays in that order.
 */
export function partsOf(kind: PredictionKind, texts: Texts, words: readonly Word[]): Parts {
  const classification = kind === 'class' || kind === 'choice';
  const question = questionSequence(texts, classification);
  const of = (sequence: 0 | 1): Part => (sequence === question ? 'question' : 'context');
  const inQuestion = words.filter((w) => of(w.sequence) === 'question');
  const mark = classification ? inQuestion.findIndex((w) => w.text.includes('?')) : -1;
  const shown = mark < 0 ? inQuestion.length : mark + 1;
  return {
    question: inQuestion.slice(0, shown),
    hidden: inQuestion.slice(shown),
    context: words.filter((w) => of(w.sequence) === 'context'),
    of,
  };
}

function questionSequence(texts: Texts, classification: boolean): 0 | 1 | null {
  const [first, second] = texts;
  if (second === undefined) return null;
  if (!classification) return 0;
  return first.trimEnd().endsWith('?') && !second.includes('?') ? 0 : 1;
}
