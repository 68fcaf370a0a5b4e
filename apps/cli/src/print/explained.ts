import type { ExplainedInstance, Explanation, TextInput } from '@tessera/contracts';
import { type ExplainedMap, signed, strongestOf, wordsOf } from '@tessera/text-views';
import pc from 'picocolors';
import type { Chunk } from '../run-chunks.ts';
import { answersOf } from './answers.ts';
import { colourWords } from './colour-words.ts';

/** An explained input. */
export interface Explained {
  readonly input: TextInput;
  /** What the model said, as lines. */
  readonly answer: string;
  /** What F is. */
  readonly target: string;
  readonly instance: ExplainedInstance;
  readonly json: Readonly<Record<string, unknown>>;
}

/** The explained inputs of a task's result; a generation has one instance per explained step. */
export function explainedInputs({ inputs, result }: Chunk): readonly Explained[] {
  const { explanation } = result.fields as { readonly explanation: Explanation };
  const answers = answersOf(result);
  return explanation.instances.map((instance, i) => {
    const input = inputs[i] ?? inputs[0]!;
    const answer = answers[i] ?? answers[0];
    return {
      input,
      answer: answer?.lines(input, false) ?? '',
      target: explanation.target,
      instance,
      json: {
        input,
        ...answer?.json,
        method: explanation.method,
        explained: explanation.target,
        ...instance,
      },
    };
  });
}

/** Both texts of an input with their words; the one text of a plain input is its context. */
function partsOf({ input, instance }: Explained): ExplainedMap['parts'] {
  const texts = typeof input === 'string' ? [input] : input;
  const names = texts.length === 1 ? (['context'] as const) : (['question', 'context'] as const);
  const alone = instance.tokens.some(({ part }) => part === 'context') ? 'context' : 'question';
  return texts.map((text, i) => {
    const part = texts.length === 1 ? alone : names[i]!;
    return { name: part, text, words: wordsOf(instance.tokens, part) };
  });
}

function factsOf({
  f,
  fBaseline,
  gap,
  nSteps,
  modelCalls,
}: ExplainedInstance): readonly (readonly [string, string])[] {
  return [
    ['F(x)', signed(f)],
    ...(fBaseline === null ? [] : [['F(baseline)', signed(fBaseline)] as const]),
    ...(gap === null ? [] : [['completeness gap', signed(gap)] as const]),
    ...(nSteps === null ? [] : [['steps', String(nSteps)] as const]),
    ['model calls', String(modelCalls)],
  ];
}

/** An explained input as coloured text. */
export function terminalMap(explained: Explained): string {
  const parts = partsOf(explained);
  const strongest = Math.max(...parts.map(({ words }) => strongestOf(words)));
  const lines = parts.map(({ text, words }) => colourWords(text, words, strongest));
  const facts = factsOf(explained.instance).map(([name, value]) => `${name} ${value}`);
  return `${lines.join('\n')}\n${pc.dim('→')} ${explained.answer}\n${pc.dim(facts.join('   '))}\n`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences, and a page has none.
const colours = /\u001b\[[0-9;]*m/g;

/** An explained input as a part of a page. */
export function mapOf(explained: Explained): ExplainedMap {
  return {
    answer: explained.answer.replace(colours, ''),
    parts: partsOf(explained),
    facts: factsOf(explained.instance),
    warnings: [],
  };
}
