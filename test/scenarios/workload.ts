import { seededRandom } from '@tessera/base';
import { eventually } from '@tessera/testkit';
import { expect } from 'vitest';

/** One task of a scenario and what the server said of it. */
export interface Sent {
  readonly text: string;
  readonly taskId: string;
}

let turn = 0;

const words =
  'the a red small river cat house sings walks under bright old never quickly green stone bird and'.split(
    ' ',
  );

/**
 * Seeded sentences; only `distinct` different ones, so that right answers are few and can be known
 * beforehand.
 */
export function sentences(
  count: number,
  { seed, distinct }: { readonly seed: number; readonly distinct: number },
): string[] {
  const random = seededRandom(seed);
  const pool = Array.from({ length: distinct }, () =>
    Array.from({ length: 3 + random.integer(25) }, () => words[random.integer(words.length)]).join(' '),
  );
  return Array.from({ length: count }, () => pool[random.integer(distinct)]!);
}

/**
 * Sends one task for each text, `width` at a time, to each of the gateways in turn. A request that got no
 * answer (the gateway died) is sent again with the same Idempotency-Key, as the API's users are told to,
 * until it is accepted.
 */
export async function sendAll(
  url: string | readonly string[],
  model: string,
  texts: readonly string[],
  options: { readonly width?: number; readonly key: string; onAccepted?(): void },
): Promise<Sent[]> {
  const { width = 16, key, onAccepted } = options;
  const urls = typeof url === 'string' ? [url] : url;
  const sent: Sent[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < texts.length) {
      const index = next++;
      const text = texts[index]!;
      sent[index] = { text, taskId: await sendOne(urls, { model, text, key: `${key}-${index}` }) };
      onAccepted?.();
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return sent;
}

async function sendOne(
  urls: readonly string[],
  task: { model: string; text: string; key: string },
): Promise<string> {
  const first = turn++;
  for (let tries = 0; tries < 3_000; tries++) {
    const response = await fetch(`${urls[(first + tries) % urls.length]}/v1/tasks`, {
      signal: AbortSignal.timeout(30_000),
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': task.key },
      body: JSON.stringify({ model: task.model, task: 'sequence-classification', input: [task.text] }),
    }).catch(() => null);
    const body = (await response?.json().catch(() => null)) as { taskId?: string } | null;
    if (response && response.status < 300 && body?.taskId) return body.taskId;
    if (response && response.status < 500 && response.status !== 429)
      throw new Error(`a good request was refused with ${response.status}: ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the gateway did not come back');
}

export interface Answer {
  readonly state: string;
  readonly logits: readonly number[];
  readonly label: number;
}

/** Waits for a task's end through the API and reads its answer. */
export async function answerOf(url: string, taskId: string): Promise<Answer> {
  for (let tries = 0; tries < 3_000; tries++) {
    const response = await fetch(`${url}/v1/tasks/${taskId}`, { headers: { prefer: 'wait=20' } }).catch(
      () => null,
    );
    const view = (await response?.json().catch(() => null)) as { state?: string; error?: unknown } | null;
    if (response?.ok && view?.state && !['queued', 'running'].includes(view.state)) {
      if (view.state !== 'succeeded')
        throw new Error(`task ${taskId} ended ${view.state}: ${JSON.stringify(view.error)}`);
      return readResult(url, taskId);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`task ${taskId} did not end`);
}

/** The stored answer of a task that has succeeded. */
export async function readResult(url: string, taskId: string): Promise<Answer> {
  return eventually(`the result of ${taskId}`, async () => {
    const result = await fetch(`${url}/v1/tasks/${taskId}/result?tensors=list`).catch(() => null);
    return result?.ok ? readAnswer('succeeded', await result.json()) : null;
  });
}

function readAnswer(state: string, body: unknown): Answer {
  const { fields, tensors } = body as { fields: { labels: number[] }; tensors: { logits: number[][] } };
  return { state, logits: tensors.logits[0]!, label: fields.labels[0]! };
}

/** The right answer of each distinct text: asked one by one, alone, before anything is broken. */
export async function rightAnswers(
  url: string,
  model: string,
  texts: readonly string[],
  key: string,
): Promise<Map<string, Answer>> {
  const distinct = [...new Set(texts)];
  const sent = await sendAll(url, model, distinct, { width: 1, key });
  return new Map(
    await Promise.all(sent.map(async ({ text, taskId }) => [text, await answerOf(url, taskId)] as const)),
  );
}

/** Every task succeeded, once, with the right answer (fp32: 1e-5, whoever shared its batch). */
export async function expectAllRight(
  url: string,
  sent: readonly Sent[],
  right: ReadonlyMap<string, Answer>,
): Promise<void> {
  expect(new Set(sent.map((task) => task.taskId)).size).toBe(sent.length);
  for (let from = 0; from < sent.length; from += 50)
    await Promise.all(
      sent.slice(from, from + 50).map(async ({ text, taskId }) => {
        const answer = await answerOf(url, taskId);
        const expected = right.get(text)!;
        expect(answer.label, taskId).toBe(expected.label);
        for (const [i, value] of answer.logits.entries())
          expect(Math.abs(value - expected.logits[i]!), taskId).toBeLessThan(1e-5);
      }),
    );
}

/** How often each task reached a final state, by its own record of events. */
export async function finalEvents(url: string, taskId: string): Promise<number> {
  const response = await fetch(`${url}/v1/tasks/${taskId}/events`);
  const text = await response.text();
  return [...text.matchAll(/^event: (succeeded|failed|cancelled|expired)$/gm)].length;
}
