import { seededRandom } from '@tessera/base';
import type { TextInput } from '@tessera/contracts';
import type { AttackContext, Outcome, Tokens, Unit, Vocabulary } from '../context.ts';

/** Words the toy knows; 0 is [UNK], 1 [CLS], 2 [SEP]. */
export const toyWords = [
  'good',
  'great',
  'fine',
  'nice',
  'warm',
  'lovely',
  'bad',
  'awful',
  'poor',
  'dull',
  'weak',
  'sad',
  'film',
  'story',
  'actor',
  'plot',
  'scene',
  'music',
  'the',
  'is',
  'a',
  'and',
  'not',
  'was',
] as const;

const width = 6;
const classes = 2;

export interface Toy extends AttackContext {
  readonly calls: { predict: number[]; gradient: number; saliency: number };
  readonly table: Float32Array;
  /** z of the two classes for a text. */
  logits(text: string): readonly number[];
}

/**
 * A classifier small enough to check by hand: z_c = Σ_t w_c · tanh(E_t) over lower-case words and marks.
 * Positive words push class 1, negative ones class 0; everything else hardly counts.
 */
export function toyContext(overrides: Partial<AttackContext> = {}): Toy {
  const random = seededRandom(5);
  const pieces = ['[UNK]', '[CLS]', '[SEP]', ...toyWords, '.', ',', '!', '?'];
  const table = Float32Array.from({ length: pieces.length * width }, () => random.normal() * 0.3);
  toyWords.forEach((_, i) => {
    const lean = i < 6 ? 1 : i < 12 ? -1 : 0;
    table[(i + 3) * width] = lean * (0.6 + 0.05 * (i % 6));
  });
  const weight = (c: number, h: number): number => (c === 1 ? 1 : -1) * (h === 0 ? 2 : 0.15);
  const calls = { predict: [] as number[], gradient: 0, saliency: 0 };

  const tokenize = (text: string): Tokens => {
    const found = [...text.matchAll(/\p{L}+|[^\p{L}\s]/gu)].map((match) => {
      const start = [...text.slice(0, match.index)].length;
      return { piece: match[0].toLowerCase(), span: [start, start + [...match[0]].length] as const };
    });
    const id = (piece: string): number => Math.max(0, pieces.indexOf(piece));
    return {
      inputIds: [1, ...found.map(({ piece }) => id(piece)), 2],
      specialTokensMask: [1, ...found.map(() => 0 as const), 1],
      wordIds: [null, ...found.map((_, i) => i), null],
      sequenceIds: [null, ...found.map(() => 0 as const), null],
      offsets: [[0, 0], ...found.map(({ span }) => span), [0, 0]],
    };
  };
  const logitsOf = (ids: readonly number[]): number[] =>
    Array.from({ length: classes }, (_, c) =>
      ids.reduce((sum, id) => {
        if (id === 1 || id === 2) return sum;
        for (let h = 0; h < width; h += 1) sum += weight(c, h) * Math.tanh(table[id * width + h]!);
        return sum;
      }, 0),
    );
  const textOf = (input: TextInput): string => (typeof input === 'string' ? input : input.join(' '));
  const outcomeOf = (unit: Unit): Outcome => {
    const z = logitsOf(tokenize(textOf(unit[0])).inputIds);
    const p = softmax(z);
    return { kind: 'class', label: p[1]! > p[0]! ? 1 : 0, probabilities: p };
  };

  return {
    calls,
    table,
    logits: (text) => logitsOf(tokenize(text).inputIds),
    model: {
      identifier: 'toy',
      capabilities: ['logits', 'token-gradients', 'embedding-table'],
      id2label: { '0': 'negative', '1': 'positive' },
    },
    chunkRows: 8,
    async predict(units) {
      calls.predict.push(units.length);
      return units.map(outcomeOf);
    },
    async lossGradient(requests) {
      calls.gradient += 1;
      return requests.map(({ unit, of }) => {
        const tokens = tokenize(textOf(unit[0]));
        const p = softmax(logitsOf(tokens.inputIds));
        const label = of.kind === 'answer' ? 0 : of.label;
        const gradient = Float32Array.from({ length: tokens.inputIds.length * width }, (_, i) => {
          const [t, h] = [Math.floor(i / width), i % width];
          if (tokens.specialTokensMask[t]) return 0;
          const slope = 1 - Math.tanh(table[tokens.inputIds[t]! * width + h]!) ** 2;
          return p.reduce((sum, pc, c) => sum + (pc - (c === label ? 1 : 0)) * weight(c, h) * slope, 0);
        });
        return { loss: -Math.log(p[label]!), rows: [{ tokens, gradient }] };
      });
    },
    encode: async (texts) => texts.map(tokenize),
    vocabulary: async (): Promise<Vocabulary> => ({
      entries: pieces.map((text, id) => (id < 3 ? null : { text, startsWord: true })),
      table,
      width,
    }),
    async saliency(units) {
      calls.saliency += 1;
      return units.map((unit) => {
        const tokens = tokenize(textOf(unit[0]));
        const values = tokens.inputIds.flatMap((id, t) =>
          tokens.specialTokensMask[t]
            ? []
            : [
                {
                  sequence: 0 as const,
                  start: tokens.offsets[t]![0],
                  end: tokens.offsets[t]![1],
                  value: table[id * width]!,
                },
              ],
        );
        return { modelCalls: 1, values };
      });
    },
    signal: new AbortController().signal,
    monotonicMs: () => 0,
    reportProgress: () => {},
    ...overrides,
  };
}

export function softmax(z: readonly number[]): number[] {
  const top = Math.max(...z);
  const weights = z.map((value) => Math.exp(value - top));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / total);
}
