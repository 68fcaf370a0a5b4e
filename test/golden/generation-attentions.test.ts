import { fileURLToPath } from 'node:url';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JobPayload, jobPayload, type TaskResult } from '@tessera/contracts';
import type { OpenRuntime } from '@tessera/serving';
import { runTask } from '@tessera/tasks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGolden } from './open-golden.ts';

/**
 * Attention weights of every generation step against transformers
 * (references/generation/golden_attentions.py).
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'test/golden/generation-attentions');
const fields = ['attentions', 'encoder_attentions', 'decoder_attentions', 'cross_attentions'] as const;

interface Golden {
  readonly model: string;
  readonly folder: string;
  readonly add_special_tokens: boolean;
  readonly tolerance: number;
  readonly cases: readonly ({
    readonly name: string;
    readonly options: Record<string, unknown>;
    readonly prompt: string;
  } & { readonly [F in (typeof fields)[number]]?: unknown })[];
}

for (const file of readdirSync(folder)) {
  const golden = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Golden;
  describe(golden.model, () => {
    let runtime: OpenRuntime;
    beforeAll(async () => {
      runtime = await openGolden(golden, 16);
    });
    afterAll(() => runtime?.close());

    const run = (input: string[], options: Record<string, unknown>): Promise<TaskResult> => {
      const preprocessing = { addSpecialTokens: golden.add_special_tokens };
      return runTask(jobPayload.parse({ task: 'generation', input, preprocessing, options }) as JobPayload, {
        runtime,
        signal: new AbortController().signal,
        batchSize: 16,
        measure: () => undefined,
        monotonicMs: () => 0,
        reportProgress: () => undefined,
      });
    };

    it.each(golden.cases.map((c) => [c.name, c.prompt, c] as const))('%s of "%s"', async (_, __, c) => {
      // A longer neighbour that wants none, so that padding and other rows have to be cut away.
      const [result, neighbour] = await Promise.all([
        run([c.prompt], { ...c.options, output_attentions: true }),
        run([`${c.prompt} and so on and on`], { ...c.options, max_new_tokens: 8 }),
      ]);
      expect(Object.keys(neighbour.tensors).filter((name) => name.includes('attentions'))).toEqual([]);
      for (const field of fields) {
        const found = Object.entries(result.tensors).filter(([name]) => name.startsWith(`${field}.`));
        const wanted = c[field] === undefined ? [] : leavesOf(c[field], field === 'encoder_attentions' ? 1 : 2);
        expect(found).toHaveLength(wanted.length);
        found.forEach(([name, { data, shape }], at) => {
          const values = (wanted[at] as number[][][][]).flat(3);
          expect(shape, name).toEqual(shapeOf(wanted[at]));
          const farthest = values.reduce((most, x, i) => Math.max(most, Math.abs(x - Number(data[i]))), 0);
          expect(farthest, name).toBeLessThanOrEqual(golden.tolerance);
        });
      }
    });
  });
}

/** The members of a list of lists, `depth` levels down, in order. */
function leavesOf(value: unknown, depth: number): unknown[] {
  return depth === 0 ? [value] : (value as unknown[]).flatMap((item) => leavesOf(item, depth - 1));
}

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}
