import type { DescribedOutcome } from '@tessera/contracts';
import type { Outcome } from './context.ts';

/**
 * Same label, or same answer text (lower case, without punctuation, articles and extra blanks, as SQuAD
 * compares answers).
 */
export function sameOutcome(a: Outcome, b: Outcome): boolean {
  if (a.kind === 'answer') return b.kind === 'answer' && normalAnswer(a.answer) === normalAnswer(b.answer);
  return b.kind !== 'answer' && a.label === b.label;
}

/** How probable `outcome` makes what `original` said. */
export function probabilityOf(original: Outcome, outcome: Outcome): number {
  if (original.kind === 'answer') {
    if (outcome.kind !== 'answer') return 0;
    const wanted = normalAnswer(original.answer);
    const scores = [outcome, ...outcome.candidates]
      .filter((one) => normalAnswer(one.answer) === wanted)
      .map((one) => one.score);
    return Math.max(0, ...scores);
  }
  return outcome.kind === 'answer' ? 0 : (outcome.probabilities[original.label] ?? 0);
}

/** An outcome for the report. */
export function describeOutcome(
  outcome: Outcome,
  id2label: Readonly<Record<string, string>>,
): DescribedOutcome {
  if (outcome.kind === 'answer') {
    const { answer, start, end, score } = outcome;
    return { answer, start, end, probability: score };
  }
  const { label, probabilities } = outcome;
  const name = outcome.kind === 'class' ? (id2label[String(label)] ?? null) : null;
  return { label, name, probability: probabilities[label] ?? null, probabilities };
}

export function normalAnswer(text: string): string {
  return text
    .toLowerCase()
    .replace(/\p{P}/gu, '')
    .replace(/\b(a|an|the)\b/g, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
}
