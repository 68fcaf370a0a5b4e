import { manualClock } from '@tessera/base';
import { startTestPostgres, type TestPostgres } from '@tessera/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { http } from '../testing/http.ts';
import { startTestGateway, type TestGateway } from '../testing/start-gateway.ts';

let postgres: TestPostgres;
let gateway: TestGateway;
const clock = manualClock(Date.parse('2026-01-01T00:00:00Z'));

beforeAll(async () => {
  postgres = await startTestPostgres();
  gateway = await startTestGateway({ databaseUrl: await postgres.newDatabase(), deps: { clock } });
  await gateway.addModel({ identifier: 'idle' });
});

afterAll(async () => {
  await gateway.stop();
  await postgres.stop();
});

it('a stream on which nothing happens is kept open by comments, and ends with the task', async () => {
  const body = { model: 'idle', task: 'embedding', input: ['a'] };
  const { taskId } = (await http(`${gateway.url}/v1/tasks`, { body })).json;
  const response = await fetch(`${gateway.url}/v1/tasks/${taskId}/events`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toContain('event: queued');
  for (let i = 0; i < 2; i++) {
    clock.advance(15_000);
    expect((await reader.read()).value).toBe(': still here\n\n');
  }
  await http(`${gateway.url}/v1/tasks/${taskId}`, { method: 'DELETE' });
  expect((await reader.read()).value).toContain('event: cancelled');
  expect((await reader.read()).done).toBe(true);
});
