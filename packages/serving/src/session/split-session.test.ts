import { fileURLToPath } from 'node:url';
import { type Tensor, tensor } from '@tessera/contracts';
import { afterAll, expect, test } from 'vitest';
import { openOrtHost } from './ort-host.ts';
import type { Session } from './session.ts';
import { splitRows } from './split-session.ts';

const bert = fileURLToPath(
  new URL('../../../../test/fixtures/models/bert-embedding/onnx/model.onnx', import.meta.url),
);
const hosts = [openOrtHost(), openOrtHost(), openOrtHost()];
afterAll(async () => {
  for (const host of hosts) await host.close();
});

const open = (): Promise<Session[]> =>
  Promise.all(
    hosts.map((host) =>
      host.open('m', { path: bert }, { threads: 1, gpu: { kind: 'none' }, memoryArena: true }),
    ),
  );

function feeds(rows: number, tokens: number): Record<string, Tensor> {
  const fill = (of: (index: number) => number): Tensor =>
    tensor(
      'int64',
      [rows, tokens],
      BigInt64Array.from({ length: rows * tokens }, (_, i) => BigInt(of(i))),
    );
  return {
    input_ids: fill((i) => 2 + (i % 40)),
    attention_mask: fill((i) => Number(i % tokens < tokens - (Math.floor(i / tokens) % 3))),
    token_type_ids: fill(() => 0),
  };
}

/** How many rows each session was given. */
function watch(sessions: readonly Session[]): { sessions: Session[]; given: number[] } {
  const given = sessions.map(() => 0);
  const watched = sessions.map((session, place) => ({
    ...session,
    run: (fed: Parameters<Session['run']>[0], fetch: readonly string[]) => {
      given[place] = given[place]! + fed['input_ids']!.shape[0]!;
      return session.run(fed, fetch);
    },
  }));
  return { sessions: watched, given };
}

test('rows are shared out, and the outputs are those of one run', async () => {
  const { sessions, given } = watch(await open());
  const split = splitRows(sessions);
  const fetch = ['last_hidden_state', 'pooler_output'];
  const whole = await sessions[0]!.run(feeds(7, 24), fetch);
  given.fill(0);
  const joined = await split.run(feeds(7, 24), fetch);
  expect(given).toEqual([2, 3, 2]);
  expect(joined.computeMs).toBeGreaterThan(0);
  for (const name of fetch) {
    expect(joined.outputs[name]!.shape).toEqual(whole.outputs[name]!.shape);
    const other = whole.outputs[name]!.data as Float32Array;
    const furthest = (joined.outputs[name]!.data as Float32Array).reduce(
      (worst, value, i) => Math.max(worst, Math.abs(value - other[i]!)),
      0,
    );
    expect(furthest).toBeLessThan(1e-5);
  }
});

test('few tokens stay together', async () => {
  const { sessions, given } = watch(await open());
  const { outputs } = await splitRows(sessions).run(feeds(2, 10), ['pooler_output']);
  expect(given).toEqual([2, 0, 0]);
  expect(outputs['pooler_output']!.shape).toEqual([2, 32]);
});

test('an output without a row axis keeps the batch whole', async () => {
  const { sessions, given } = watch(await open());
  const odd = sessions.map((session) => ({
    ...session,
    outputs: session.outputs.map((spec) => ({ ...spec, shape: [1, ...spec.shape.slice(1)] })),
  }));
  await splitRows(odd).run(feeds(7, 24), ['pooler_output']);
  expect(given).toEqual([7, 0, 0]);
});
