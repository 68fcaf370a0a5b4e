import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog, systemClock } from '@tessera/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenRuntime, openRuntime } from '../open-runtime.ts';
import type { GenerationJob, Generator } from './generator.ts';

const models = fileURLToPath(new URL('../../../../test/fixtures/models/', import.meta.url));

async function open(
  name: string,
  more: { batchSize?: number; generationCacheBytes?: number } = {},
): Promise<OpenRuntime> {
  return openRuntime({
    identifier: name,
    folder: join(models, name),
    cacheFolder: await mkdtemp(join(tmpdir(), 'tessera-generation-')),
    threads: 1,
    gpu: null,
    requireGpu: false,
    quantised: false,
    batchSize: 8,
    clock: systemClock,
    log: silentLog,
    ...more,
  });
}

interface Written {
  readonly ids: number[];
  readonly logits: Float32Array[];
}

/** Greedy decoding with one row: the plainest job there is. */
function greedy(
  generator: Generator,
  prompt: readonly number[],
  tokens: number,
  more: Partial<GenerationJob> & { onStep?: (step: number) => void; isPair?: boolean } = {},
): Promise<Written> {
  const written: Written = { ids: [], logits: [] };
  return generator
    .generate({
      inputIds: prompt,
      decoderIds: more.isPair ? [2] : [],
      width: 1,
      maxLength: prompt.length + tokens,
      advance([logits]) {
        written.logits.push(logits!.slice());
        const token = logits!.reduce((best, x, id) => (x > logits![best]! ? id : best), 0);
        written.ids.push(token);
        more.onStep?.(written.ids.length);
        return written.ids.length === tokens ? [] : [{ parent: 0, token }];
      },
      ...more,
    })
    .then(() => written);
}

const prompts = [
  [5, 6, 7, 8, 9, 10, 11],
  [300, 12],
  [44],
  [21, 22, 23, 24],
  [100, 101, 102, 103, 104, 105, 106, 107, 108],
];

/**
 * Decoder-only with positions, with positions from the mask, without cache; encoder-decoders with and without
 * positions.
 */
describe.each([
  'gpt2-generation',
  'opt-generation',
  'gpt2-nocache',
  'llama-generation',
  't5-generation',
  'bart-generation',
])('%s', (name) => {
  let runtime: OpenRuntime;
  const isPair = /t5|bart/.test(name);
  beforeAll(async () => {
    runtime = await open(name);
  });
  afterAll(() => runtime?.close());

  it('writes the same alone, in company, and when it joins texts that are under way', async () => {
    const generator = runtime.generator!;
    const alone: Written[] = [];
    for (const [at, prompt] of prompts.entries())
      alone.push(await greedy(generator, prompt, 4 + 3 * at, { isPair }));
    const together = await Promise.all(
      prompts.map((prompt, at) => greedy(generator, prompt, 4 + 3 * at, { isPair })),
    );
    const joining: Promise<Written>[] = [];
    const first = greedy(generator, prompts[4]!, 16, {
      isPair,
      onStep(step) {
        if (step <= 4) joining.push(greedy(generator, prompts[step - 1]!, 4 + 3 * (step - 1), { isPair }));
      },
    });
    const joined = [await first, ...(await Promise.all(joining))];
    const stats = generator.stats();
    expect(stats.stepRows).toBeGreaterThan(stats.steps);
    expect(runtime.stats().generation).toEqual(stats);
    expectSame(together, alone);
    expectSame(joined, [alone[4]!, ...alone.slice(0, 4)]);
  });

  it('keeps apart the rows of one job, wherever they move', async () => {
    const generator = runtime.generator!;
    /** Parents of the two rows at each step: from the prompt, swapped, both from the second, swapped. */
    const moves = [
      [0, 0],
      [1, 0],
      [1, 1],
      [1, 0],
    ];
    let paths: number[][] = [[], []];
    let last: readonly Float32Array[] = [];
    let step = 0;
    await generator.generate({
      inputIds: prompts[0]!,
      decoderIds: isPair ? [2] : [],
      width: 2,
      maxLength: 20,
      advance(logits) {
        last = logits.map((row) => row.slice());
        const parents = moves[step++];
        if (!parents) return [];
        const next = parents.map((parent, at) => ({ parent, token: 30 + step * 2 + at }));
        paths = next.map(({ parent, token }) => [...(step === 1 ? [] : paths[parent]!), token]);
        return next;
      },
    });
    for (const [row, path] of paths.entries()) {
      const forced: Float32Array[] = [];
      await generator.generate({
        inputIds: prompts[0]!,
        decoderIds: isPair ? [2] : [],
        width: 1,
        maxLength: 20,
        advance([logits]) {
          forced.push(logits!.slice());
          const token = path[forced.length - 1];
          return token === undefined ? [] : [{ parent: 0, token }];
        },
      });
      expectClose(last[row]!, forced.at(-1)!);
    }
  });
});

describe('company', () => {
  let runtime: OpenRuntime;
  beforeAll(async () => {
    runtime = await open('gpt2-generation', { batchSize: 3, generationCacheBytes: 100_000 });
  });
  afterAll(() => runtime?.close());

  it('a short text does not wait for a long one that began before', async () => {
    const generator = runtime.generator!;
    const order: string[] = [];
    const long = greedy(generator, prompts[0]!, 40, {
      onStep(step) {
        if (step === 3) short = greedy(generator, prompts[1]!, 3).then(() => void order.push('short'));
      },
    }).then(() => void order.push('long'));
    let short: Promise<void> | undefined;
    await long;
    await short;
    expect(order).toEqual(['short', 'long']);
  });

  it('a cancelled text leaves at once and its neighbours go on', async () => {
    const generator = runtime.generator!;
    const alone = await greedy(generator, prompts[0]!, 12);
    const controller = new AbortController();
    let steps = 0;
    const cancelled = greedy(generator, prompts[3]!, 40, {
      signal: controller.signal,
      onStep: (step) => {
        steps = step;
        if (step === 5) controller.abort();
      },
    });
    const neighbour = greedy(generator, prompts[0]!, 12);
    await expect(cancelled).rejects.toMatchObject({ code: 'TASK_CANCELLED' });
    expectSame([await neighbour], [alone]);
    expect(steps).toBe(5);
    await expect(greedy(generator, prompts[0]!, 4, { signal: controller.signal })).rejects.toMatchObject({
      code: 'TASK_CANCELLED',
    });
  });

  it('a job that throws fails alone', async () => {
    const generator = runtime.generator!;
    const failing = generator.generate({
      inputIds: [1],
      decoderIds: [],
      width: 1,
      maxLength: 9,
      advance: () => {
        throw new Error('no way on');
      },
    });
    const neighbour = greedy(generator, prompts[0]!, 6);
    await expect(failing).rejects.toThrow('no way on');
    expect((await neighbour).ids).toHaveLength(6);
  });

  it('memory is counted: what does not fit waits, what could never fit is refused', async () => {
    const generator = runtime.generator!;
    const reserved: number[] = [];
    const look = { onStep: () => void reserved.push(generator.stats().reservedBytes) };
    await Promise.all(prompts.map((prompt) => greedy(generator, prompt, 40, look)));
    expect(Math.max(...reserved)).toBeLessThanOrEqual(100_000);
    expect(Math.max(...reserved)).toBeGreaterThan(0);
    await expect(greedy(generator, [1, 2], 4000)).rejects.toThrow(
      /^max_length: 1 rows of 4002 tokens need \d+ bytes of cache, over the limit of 100000/,
    );
    expect(generator.stats()).toMatchObject({ running: 0, waiting: 0, reservedBytes: 0 });
  });

  it('closing refuses what runs and what comes', async () => {
    const own = await open('gpt2-generation');
    const running = greedy(own.generator!, prompts[0]!, 40, {
      onStep: (step) => void (step === 2 && own.close()),
    });
    await expect(running).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await expect(greedy(own.generator!, prompts[0]!, 2)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
  });
});

function expectSame(found: readonly Written[], wanted: readonly Written[]): void {
  found.forEach((written, at) => {
    expect(written.ids).toEqual(wanted[at]!.ids);
    for (const [step, logits] of written.logits.entries()) expectClose(logits, wanted[at]!.logits[step]!);
  });
}

function expectClose(found: Float32Array, wanted: Float32Array): void {
  const farthest = found.reduce((most, x, at) => Math.max(most, Math.abs(x - wanted[at]!)), 0);
  expect(farthest).toBeLessThanOrEqual(2e-5);
}

it('a prompt with more tokens than the model has positions is refused, and its neighbours go on', async () => {
  const runtime = await open('gpt2-generation');
  const generator = runtime.generator!;
  const long = Array.from({ length: generator.maxLength! + 1 }, (_, i) => i % 100);
  const [short, refused] = await Promise.allSettled([
    greedy(generator, prompts[0]!, 3),
    greedy(generator, long, 1),
  ]);
  expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'INPUT_INVALID' } });
  const alone = await greedy(generator, prompts[0]!, 3);
  expect(short).toMatchObject({ status: 'fulfilled', value: { ids: alone.ids } });
  await runtime.close();
});
