import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog, systemClock } from '@tessera/base';
import type { TextInput } from '@tessera/contracts';
import { afterAll, describe, expect, test } from 'vitest';
import type { OutputName } from './description.ts';
import { openRuntime } from './open-runtime.ts';
import type { ModelRow } from './runtime.ts';
import type { Encoding, Truncation } from './tokenizer/tokenizer.ts';

const cacheFolder = mkdtempSync(join(tmpdir(), 'tessera-golden-'));
afterAll(() => rmSync(cacheFolder, { recursive: true }));
const root = fileURLToPath(new URL('../../../', import.meta.url));
const readGolden = (file: string): Golden =>
  JSON.parse(readFileSync(`${root}test/golden/tasks/${file}`, 'utf8')) as Golden;
/** Goldens with one plain row a case; question answering and multiple choice have forms of their own. */
const plainTasks = ['sequence-classification', 'token-classification', 'embedding'];
const goldens = readdirSync(`${root}test/golden/tasks`).filter(
  (file) => file.endsWith('.json') && plainTasks.includes(readGolden(file).task),
);

interface Case {
  readonly input: TextInput;
  readonly batch: number;
  readonly truncation: string | null;
  readonly length: number;
  readonly input_ids: readonly number[];
  readonly token_type_ids?: readonly number[];
  readonly special_tokens_mask: readonly number[];
  readonly word_ids?: readonly (number | null)[];
  readonly offsets?: readonly (readonly [number, number])[];
  readonly logits?: readonly number[] | readonly (readonly number[])[];
}

interface Golden {
  readonly folder: string;
  readonly task: string;
  readonly tolerance: { readonly logits?: number };
  readonly cases: readonly Case[];
}

const truncations: Readonly<Record<string, Truncation>> = {
  only_first: 'only-first',
  only_second: 'only-second',
  longest_first: 'longest-first',
};

const open = (folder: string) =>
  openRuntime({
    identifier: folder,
    folder: root + folder,
    cacheFolder,
    threads: 1,
    gpu: null,
    requireGpu: false,
    quantised: false,
    batchSize: 8,
    clock: systemClock,
    log: silentLog,
  });

/** One encoding of each case, cut as the reference was. */
const encode = async (
  runtime: Awaited<ReturnType<typeof open>>,
  cases: readonly Case[],
): Promise<Encoding[]> =>
  Promise.all(
    cases.map(async ({ input, truncation }) => {
      const [encoding] = await runtime.tokenizer.encode(input, {
        maxLength: runtime.tokenizer.maxLength,
        truncation: truncation === null ? 'none' : truncations[truncation]!,
        addSpecialTokens: true,
        stride: null,
      });
      return encoding!;
    }),
  );

describe.each(goldens)('%s', (file) => {
  const golden = readGolden(file);

  test('ids, words, offsets and logits equal those of transformers and PyTorch', async () => {
    const runtime = await open(golden.folder);
    try {
      const encodings = await encode(runtime, golden.cases);
      golden.cases.forEach((expected, i) => {
        const { inputIds, typeIds, specialTokensMask, wordIds, offsets } = encodings[i]!;
        const cut = <T>(values: readonly T[] | undefined) => values?.slice(0, expected.length);
        expect(inputIds, `case ${i}`).toEqual(cut(expected.input_ids));
        expect(specialTokensMask).toEqual(cut(expected.special_tokens_mask));
        if (expected.token_type_ids) expect(typeIds).toEqual(cut(expected.token_type_ids));
        if (expected.word_ids) expect(wordIds).toEqual(cut(expected.word_ids));
        if (expected.offsets) expect(offsets).toEqual(cut(expected.offsets));
      });
      if (!golden.cases[0]!.logits) return;
      const outputs: OutputName[] = ['logits'];
      const rows = encodings.map(
        ({ inputIds, typeIds }, i): ModelRow => ({
          inputIds,
          typeIds,
          padTo: golden.cases[i]!.input_ids.length,
        }),
      );
      const answer = await runtime.forward({ rows, outputs });
      golden.cases.forEach(({ logits }, i) => {
        const expected = logits!.flat();
        const actual = answer.rows[i]!.logits!.data as Float32Array;
        expect(actual.length, `case ${i}`).toBe(expected.length);
        const worst = expected.reduce((most, value, k) => Math.max(most, Math.abs(value - actual[k]!)), 0);
        expect(worst, `case ${i}`).toBeLessThanOrEqual(golden.tolerance.logits!);
      });
    } finally {
      await runtime.close();
    }
  });
});
