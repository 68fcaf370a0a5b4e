import { readFileSync } from 'node:fs';
import { splitWords } from '@tessera/attack';
import { type AttackedInput, jobPayload } from '@tessera/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attackContext } from './contexts/attack-context.ts';
import { explainContext } from './contexts/explain-context.ts';
import { attackOf } from './testing/attack-of.ts';
import { openModel, type TestModel } from './testing/open-model.ts';

/**
 * HotFlip's first-order table and input reduction on real models, against brute force in PyTorch
 * (references/explain).
 */
const folder = new URL('../../../test/golden/attack/', import.meta.url);
const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as T;

interface HotFlip {
  readonly model: string;
  readonly tolerance: number;
  /** Token ids. */
  readonly vocabulary: readonly number[];
  readonly cases: readonly {
    readonly text: string;
    readonly inputIds: readonly number[];
    readonly positions: readonly number[];
    readonly class: number;
    readonly loss: number;
    readonly firstOrder: { readonly shape: readonly [number, number]; readonly data: string };
    readonly bestFirstOrder: readonly [number, number];
  }[];
}

interface Reduction {
  readonly model: string;
  readonly beamWidth: number;
  readonly cases: readonly {
    readonly texts: readonly string[];
    readonly subsets: Readonly<Record<string, { readonly same: boolean }>>;
    readonly fewestWordsStepwise: number;
    readonly greedy: readonly string[];
    readonly beam: readonly (readonly string[])[];
  }[];
}

describe.each(['hotflip-bert-tiny', 'hotflip-sentiment-en'])('%s', (name) => {
  const golden = read<HotFlip>(name);
  let model: TestModel;
  beforeAll(async () => {
    model = await openModel(golden.model);
  });
  afterAll(() => model.close());

  it.each(golden.cases)('first-order changes of "$text"', async (one) => {
    const payload = jobPayload.parse({ task: 'sequence-classification', input: [one.text] });
    const context = await attackContext(payload, model.context, explainContext(model.context));
    const [original] = await context.predict([[one.text]]);
    expect(original).toMatchObject({ label: one.class });
    const [gradient] = await context.lossGradient([{ unit: [one.text], of: original! }]);
    expect(gradient!.loss).toBeCloseTo(one.loss, 4);
    const { tokens, gradient: g } = gradient!.rows[0]!;
    expect(tokens.inputIds).toEqual(one.inputIds);
    const { table, width } = await context.vocabulary();
    const wanted = floats(one.firstOrder.data);
    const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const found = one.positions.flatMap((t) =>
      golden.vocabulary.map((b) => {
        let change = 0;
        for (let h = 0; h < width; h += 1) {
          const a = one.inputIds[t]!;
          change += (table[b * width + h]! - table[a * width + h]!) * g[t * width + h]!;
        }
        return change;
      }),
    );
    found.forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(golden.tolerance * scale));
    const best = found.indexOf(Math.max(...found));
    expect([Math.floor(best / golden.vocabulary.length), best % golden.vocabulary.length]).toEqual(
      one.bestFirstOrder,
    );
  });
});

describe.each([
  ['input-reduction-sentiment-en', 'sequence-classification'],
  ['input-reduction-qa-en', 'question-answering'],
] as const)('%s', (name, task) => {
  const golden = read<Reduction>(name);
  let model: TestModel;
  beforeAll(async () => {
    model = await openModel(golden.model);
  });
  afterAll(() => model.close());

  it.each(golden.cases)('$texts', async ({ texts, subsets, fewestWordsStepwise, greedy, beam }) => {
    const input = [texts.length === 1 ? texts[0] : texts];
    const reduce = async (width: number): Promise<AttackedInput> => {
      const attack = { method: 'input_reduction', beam: width, max_reductions: 30 };
      return attackOf(await model.run({ task, input, attack })).inputs[0]!;
    };
    const masksOf = (found: AttackedInput): string[] => {
      const mask = new Array<number>(splitWords(texts[0]!).words.length).fill(1);
      return found.edits.map(({ word }) => {
        mask[word] = 0;
        return mask.join('');
      });
    };
    const narrow = await reduce(1);
    // By their words: the same word may stand twice, and then either may go.
    const words = splitWords(texts[0]!).words;
    const textOf = (mask: string): string => words.filter((_, i) => mask[i] === '1').join(' ');
    expect(masksOf(narrow).map(textOf)).toEqual(greedy.slice(1).map(textOf));
    const wide = await reduce(golden.beamWidth);
    expect(wide.reducedTo).toBe([...beam.at(-1)![0]!].filter((bit) => bit === '1').length);
    expect(wide.reducedTo).toBeLessThanOrEqual(narrow.reducedTo);
    expect(wide.reducedTo).toBeGreaterThanOrEqual(fewestWordsStepwise);
    // Every step is one that brute force calls unchanged.
    for (const mask of masksOf(wide)) expect(subsets[mask]!.same).toBe(true);
    expect(new Set(wide.samePrediction)).toEqual(new Set([true]));
  });
});

function floats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
