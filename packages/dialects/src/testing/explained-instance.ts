import type { ExplainedInstance } from '@tessera/contracts';

/** An explained input of which each word is one token, for tests of encoding; the values by part. */
export function explainedInstance(parts: {
  readonly question?: readonly (readonly [word: string, value: number])[];
  readonly context: readonly (readonly [word: string, value: number])[];
}): ExplainedInstance {
  const { question = [], context } = parts;
  const total = [...question, ...context].reduce((sum, [, value]) => sum + Math.abs(value), 0);
  const tokens = (['question', 'context'] as const).flatMap((part) =>
    (part === 'question' ? question : context).map(([token, value], word) => ({
      token,
      start: 0,
      end: token.length,
      part,
      word,
      value,
    })),
  );
  const words = (list: typeof context) =>
    list.map(([text, value]) => ({ text, score: Math.round((Math.abs(value) / total) * 1000) / 1000 }));
  return {
    f: 1,
    fBaseline: null,
    gap: null,
    nSteps: null,
    modelCalls: 2,
    tokens,
    words: { question: words(question), context: words(context) },
    target: { kind: 'class', class: 1, label: 'yes' },
  };
}
