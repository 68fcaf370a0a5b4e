import { resolve } from 'node:path';
import { eventually, redisBinary } from '@tessera/testkit';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../scenarios/cluster.ts';

const model = 'tessera/captions-en';
const redis = redisBinary();

for (const backend of ['postgres', 'redis'] as const) {
  describe.skipIf(backend === 'redis' && !redis)(`streamed text, with notices through ${backend}`, () => {
    let cluster: Cluster;

    beforeAll(async () => {
      const modelsDir = resolve(import.meta.dirname, '../../models');
      cluster = await startCluster({ modelsDir, redisBinary: backend === 'redis' ? redis : null });
      await cluster.startGateway();
      await cluster.startWorker();
      await eventually(
        'the model to be registered',
        async () => (await fetch(`${cluster.url}/v1/models/${model}`)).ok,
      );
    });
    afterAll(() => cluster?.stop());

    function post(options: object, input = ['A little girl'], signal?: AbortSignal): Promise<Response> {
      return fetch(`${cluster.url}/v1/tasks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ model, task: 'generation', input, options }),
        ...(signal && { signal }),
      });
    }

    async function* events(response: Response): AsyncGenerator<EventSourceMessage> {
      const waiting: EventSourceMessage[] = [];
      const parser = createParser({ onEvent: (event) => void waiting.push(event) });
      const decoder = new TextDecoder();
      for await (const chunk of response.body!) {
        parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
        yield* waiting.splice(0);
      }
    }

    it('gives each piece as it is made, and all of them make the text of the result', async () => {
      const response = await post({ max_new_tokens: 20 });
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      let text = '';
      const seen: string[] = [];
      for await (const { event, data } of events(response)) {
        seen.push(event ?? '');
        const told = JSON.parse(data);
        if (event === 'token') {
          expect(told.index).toBe(seen.filter((name) => name === 'token').length - 1);
          text += told.text;
        }
        if (event === 'result') expect(told.result.fields.generatedTexts[0][0]).toBe(`A little girl${text}`);
      }
      expect(seen.filter((name) => name === 'token').length).toBeGreaterThan(3);
      expect(seen.filter((name) => name !== 'token' && name !== 'progress')).toEqual([
        'queued',
        'running',
        'succeeded',
        'result',
      ]);
    });

    it('cancels the task when the client goes away', async () => {
      const leave = new AbortController();
      // Long enough that it cannot be over before the cancel arrives.
      const prompts = Array.from({ length: 200 }, (_, i) => `Picture ${i} shows`);
      const response = await post({ max_new_tokens: 50, min_new_tokens: 50 }, prompts, leave.signal);
      const taskId = response.headers.get('location')!.split('/').at(-1)!;
      for await (const { event } of events(response)) if (event === 'token') break;
      leave.abort();
      await eventually('the task to be cancelled', async () => {
        const view = (await (await fetch(`${cluster.url}/v1/tasks/${taskId}`)).json()) as { state: string };
        return view.state === 'cancelled';
      });
    });
  });
}
