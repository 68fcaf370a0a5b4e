import { Pool } from 'undici';

/** A client that costs little: keep-alive connections, no parsing beyond what is needed. */
export interface LoadClient {
  /** POSTs one job and returns its task id. */
  submit(text: string): Promise<string>;
  /** Holds a long poll until the task has ended. */
  finish(taskId: string): Promise<void>;
  close(): Promise<void>;
}

export function loadClient(url: string, model: string, connections: number): LoadClient {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const path = `/api/main/${model}/sequence-classification`;
  return {
    async submit(text) {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ input: [text] }),
      });
      const reply = await body.text();
      if (statusCode !== 200) throw new Error(`POST answered ${statusCode}: ${reply}`);
      return (JSON.parse(reply) as { task_id: string }).task_id;
    },
    async finish(taskId) {
      for (;;) {
        const { statusCode, body } = await pool.request({
          method: 'GET',
          path: `/api/main/task_result/${taskId}`,
        });
        const reply = await body.text();
        if (statusCode === 200) return;
        if (statusCode !== 202) throw new Error(`poll answered ${statusCode}: ${reply}`);
      }
    },
    close: () => pool.close(),
  };
}

/**
 * `count` jobs, `width` of them under way at any time; returns jobs per second and the latency of each, in
 * ms.
 */
export async function drive(
  client: LoadClient,
  texts: readonly string[],
  { count, width }: { readonly count: number; readonly width: number },
): Promise<{ readonly perSecond: number; readonly latencies: number[] }> {
  const latencies: number[] = [];
  let next = 0;
  const startMs = performance.now();
  const lane = async (): Promise<void> => {
    while (next < count) {
      const text = texts[next++ % texts.length]!;
      const sentMs = performance.now();
      await client.finish(await client.submit(text));
      latencies.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return { perSecond: count / ((performance.now() - startMs) / 1000), latencies };
}

/**
 * A text whose encoding has exactly `tokens` tokens with the starter models' vocabulary: common words, [CLS]
 * and [SEP].
 */
export function textOf(tokens: number, seed: number): string {
  const words = [
    'the',
    'film',
    'is',
    'a',
    'good',
    'story',
    'of',
    'love',
    'and',
    'life',
    'with',
    'great',
    'cast',
  ];
  return Array.from({ length: tokens - 2 }, (_, i) => words[(i * 7 + seed * 3) % words.length]).join(' ');
}
