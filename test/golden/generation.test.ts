import { fileURLToPath } from 'node:url';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GenerationOptions, type JobPayload, jobPayload, type PredictedResult, type TaskResult } from '@tessera/contracts';
import type { OpenRuntime } from '@tessera/serving';
import { makeProcessor, planGeneration, resolveLengths, runTask } from '@tessera/tasks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGolden } from './open-golden.ts';

/**
 * Generation against transformers' `generate`: ids and scores of greedy and beam decoding, and the processed
 * distribution of each step of sampling (references/generation/golden_generation.py).
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'test/golden/generation');

interface IdsCase {
  readonly mode: 'ids';
  readonly name: string;
  readonly options: Record<string, unknown>;
  readonly outputs: readonly {
    readonly prompt: number;
    readonly sequences: readonly (readonly number[])[];
    readonly sequences_scores?: readonly number[];
    readonly texts: readonly string[];
    readonly near_tie?: boolean;
  }[];
}

interface DistributionCase {
  readonly mode: 'distribution';
  readonly options: GenerationOptions;
  readonly prompt: number;
  readonly steps: readonly {
    readonly prefix: readonly number[];
    readonly token: number;
    readonly support: number;
    readonly ids: readonly number[];
    readonly probabilities: readonly number[];
  }[];
}

interface Golden {
  readonly model: string;
  readonly folder: string;
  readonly encoder_decoder: boolean;
  readonly add_special_tokens: boolean;
  readonly tolerance: { readonly sequences_scores: number; readonly probabilities: number };
  readonly prompts: readonly { readonly text: string; readonly input_ids: readonly number[] }[];
  readonly cases: readonly (IdsCase | DistributionCase)[];
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const golden = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Golden;
  const ids = golden.cases.filter((c) => c.mode === 'ids');
  const distributions = golden.cases.filter((c) => c.mode === 'distribution');
  describe(golden.model, () => {
    let runtime: OpenRuntime;
    beforeAll(async () => {
      runtime = await openGolden(golden, 16);
    });
    afterAll(() => runtime?.close());

    it.each(ids.map((c) => [c.name, c] as const))('%s', async (_, c) => {
      const result = await run(runtime, golden, {
        input: c.outputs.map(({ prompt }) => golden.prompts[prompt]!.text),
        options: c.options,
      });
      c.outputs.forEach((output, at) => {
        const start = golden.encoder_decoder ? 1 : golden.prompts[output.prompt]!.input_ids.length;
        const scores = result.tensors[`sequences_scores.${at}`]?.data;
        if (output.near_tie) return;
        const found = newIds(result, { at, start, ends: endIds(runtime) });
        expect(found, `prompt ${output.prompt}`).toEqual(output.sequences);
        output.sequences_scores?.forEach((score, place) => {
          const limit = golden.tolerance.sequences_scores * Math.max(1, Math.abs(score));
          expect(
            Math.abs(Number(scores![place]) - score),
            `score of prompt ${output.prompt}`,
          ).toBeLessThanOrEqual(limit);
        });
      });
    });

    it('the texts are those of the ids', async () => {
      const greedy = ids.find((c) => c.name === 'greedy')!;
      const prompts = greedy.outputs.map(({ prompt }) => golden.prompts[prompt]!);
      const { prediction } = await run(runtime, golden, {
        input: prompts.map((p) => p.text),
        options: greedy.options,
      });
      const texts = prediction.generatedTexts;
      for (const [at, output] of greedy.outputs.entries())
        if (!output.near_tie && !golden.encoder_decoder)
          expect(texts[at]![0]).toBe(
            await runtime.tokenizer.decode([...prompts[at]!.input_ids, ...output.sequences[0]!], {
              skipSpecialTokens: true,
            }),
          );
        else if (!output.near_tie) expect(texts[at]).toEqual(output.texts);
    });

    it.each(distributions.map((c, at) => [at, JSON.stringify(c.options), c] as const))(
      'distribution %i %s',
      async (_, __, c) => {
        for (const [step, found] of (await processed(runtime, golden, c)).entries()) {
          const { ids: kept, probabilities, support } = c.steps[step]!;
          expect(found.filter((p) => p > 0)).toHaveLength(support);
          kept.forEach((id, at) =>
            expect(Math.abs(found[id]! - probabilities[at]!)).toBeLessThanOrEqual(
              golden.tolerance.probabilities,
            ),
          );
        }
      },
    );
  });
}

function run(runtime: OpenRuntime, golden: Golden, payload: Record<string, unknown>): Promise<PredictedResult<'generation'>> {
  const preprocessing = { addSpecialTokens: golden.add_special_tokens };
  return runTask(jobPayload.parse({ task: 'generation', preprocessing, ...payload }) as JobPayload<'generation'>, {
    runtime,
    signal: new AbortController().signal,
    batchSize: 16,
    measure: () => undefined,
    monotonicMs: () => 0,
    reportProgress: () => undefined,
  });
}

function endIds(runtime: OpenRuntime): Set<number> {
  return new Set([runtime.generator!.defaults.eos_token_id as number | number[]].flat());
}

/** New ids of every text of an input, cut behind the first end id. */
function newIds(
  result: TaskResult,
  { at, start, ends }: { readonly at: number; readonly start: number; readonly ends: Set<number> },
): number[][] {
  const { shape, data } = result.tensors[`sequences.${at}`]!;
  const length = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, row) => {
    const ids = Array.from(data.subarray(row * length + start, (row + 1) * length), Number);
    const end = ids.findIndex((id) => ends.has(id));
    return end < 0 ? ids : ids.slice(0, end + 1);
  });
}

/** Probabilities of every step while the reference's tokens are forced upon the loop. */
async function processed(runtime: OpenRuntime, golden: Golden, c: DistributionCase): Promise<number[][]> {
  const generator = runtime.generator!;
  const plan = planGeneration(c.options, {
    defaults: generator.defaults,
    config: runtime.description.config,
  });
  const prompt = golden.prompts[c.prompt]!.input_ids;
  const start = golden.encoder_decoder ? [plan.decoderStartId!] : prompt;
  const lengths = resolveLengths(plan.length, start.length, generator.maxLength);
  const process = makeProcessor(plan, { ...lengths, promptLength: start.length });
  const found: number[][] = [];
  await generator.generate({
    inputIds: prompt,
    decoderIds: golden.encoder_decoder ? start : [],
    width: 1,
    maxLength: lengths.maxLength,
    advance([logits]) {
      const step = c.steps[found.length]!;
      const scores = logits!.slice();
      process({ ids: [...start, ...step.prefix] }, scores);
      const best = scores.reduce((a, b) => Math.max(a, b));
      const powers = Array.from(scores, (x) => Math.exp(x - best));
      const sum = powers.reduce((a, b) => a + b);
      found.push(powers.map((power) => power / sum));
      return found.length === c.steps.length ? [] : [{ parent: 0, token: step.token }];
    },
  });
  return found;
}
