import { readFileSync } from 'node:fs';

/** Result of a task of the native API, as far as benches read it. */
export interface TaskAnswer {
  readonly ms: number;
  readonly result: Readonly<Record<string, unknown>>;
}

/**
 * Submits a task, or a dataset to /v1/evaluations, and waits for its result. Throws what the server says of a
 * failure.
 */
export async function finishTask(
  url: string,
  submission: object,
  path: '/v1/tasks' | '/v1/evaluations' = '/v1/tasks',
): Promise<TaskAnswer> {
  const startMs = performance.now();
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=300' },
    body: JSON.stringify(submission),
  });
  const body = (await response.json()) as Record<string, unknown>;
  let found = body;
  // The server holds a request for so long only; the rest is asked for.
  while (found.state === 'queued' || found.state === 'running') {
    const held = await fetch(`${url}/v1/tasks/${found.taskId}`, { headers: { prefer: 'wait=30' } });
    found = (await held.json()) as Record<string, unknown>;
  }
  const ms = performance.now() - startMs;
  if (!response.ok || found.error) throw new Error(JSON.stringify(found));
  const { fields } = (found.result ?? found) as { readonly fields?: Record<string, unknown> };
  if (fields) return { ms, result: fields };
  const got = await fetch(`${url}/v1/tasks/${found.taskId}/result`);
  return { ms, result: ((await got.json()) as { fields: Record<string, unknown> }).fields };
}

/** Most memory a process has held so far, in MB; Linux only. */
export function peakMegabytes(pid: number): number {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? Number.NaN) / 1024;
}
