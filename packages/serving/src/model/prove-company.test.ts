import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RowOutputs } from '../runtime.ts';
import { type OrtHost, openOrtHost } from '../session/ort-host.ts';
import { openForward } from '../testing/open-forward.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';

const models = fileURLToPath(new URL('../../../../test/fixtures/models/', import.meta.url));
const encoders = readdirSync(models).filter((name) => !/generation|gpt2/.test(name));
let host: OrtHost;
beforeAll(() => {
  host = openOrtHost();
});
afterAll(() => host.close());

const words = fc.constantFrom(
  'film',
  'good',
  'Leeds',
  '12.5',
  'naïve',
  '東京',
  'unbelievably',
  ',',
  'the river',
);
const text = fc
  .array(words, { minLength: 1, maxLength: 24 })
  .map((parts) => parts.join(' '))
  .filter((joined) => joined.trim() !== '');

describe('a text gets the same answer alone and in any company', () => {
  test.each(encoders)('%s', async (name) => {
    const folder = join(models, name);
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    const tokenizer = await loadTokenizer(folder, name);
    const { run, proof } = await openForward(host, join(folder, 'onnx/model.onnx'), tokenizer, {
      modelClass: config.architectures?.[0] ?? '',
      architecture: config.model_type,
    });
    expect(proof).toEqual({ company: 'any', warnings: [] });
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 2, maxLength: 8 }), async (texts) => {
        const encodings = await tokenizer.encodeAll(texts, {
          maxLength: Math.min(tokenizer.maxLength, 48),
          truncation: 'only-first',
          addSpecialTokens: true,
          stride: null,
        });
        const rows = encodings.map(([own]) => ({ inputIds: own!.inputIds, typeIds: own!.typeIds }));
        const together = await run(rows);
        for (const [at, row] of rows.entries()) {
          const [alone] = await run([row]);
          expect(difference(alone!, together[at]!)).toBeLessThanOrEqual(1e-5);
        }
      }),
      { seed: 7, numRuns: 4 },
    );
  });
});

/** Largest difference between the numbers of two answers. */
function difference(one: RowOutputs | Error, other: RowOutputs | Error): number {
  if (one instanceof Error) throw one;
  if (other instanceof Error) throw other;
  return Object.entries(one).reduce((most, [name, { data }]) => {
    const again = other[name]!.data;
    expect(again).toHaveLength(data.length);
    const [values, others] = [data as Float32Array, again as Float32Array];
    return values.reduce((sum, value, i) => Math.max(sum, Math.abs(value - others[i]!)), most);
  }, 0);
}
