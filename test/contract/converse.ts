import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '@tessera/testkit';
import { startCluster } from '../scenarios/cluster.ts';
import type { WireCase } from './wire/requests.ts';

/** A reply with what differs from run to run taken out. */
export interface RecordedReply {
  readonly status: number;
  readonly type: string | null;
  /** The body: its JSON, or its text. */
  readonly body: unknown;
}

export interface Recording {
  readonly name: string;
  readonly request: Omit<WireCase, 'name'>;
  readonly reply: RecordedReply;
  /** The reply of `task_result`, where the request queued a task. */
  readonly result?: RecordedReply;
}

const starterModels = [
  'sentiment-en',
  'nli-en',
  'ner-en',
  'qa-en',
  'all-minilm-l6-v2',
  'captions-en',
  'normalize-en',
].map((name) => `tessera/${name}`);

/** A whole server of its own with the starter models; `talk` gets its address. */
export async function withServer<T>(talk: (url: string) => Promise<T>): Promise<T> {
  const modelsDir = mkdtempSync(join(tmpdir(), 'tessera-wire-'));
  symlinkSync(resolve(import.meta.dirname, '../../models/tessera'), join(modelsDir, 'tessera'));
  const cluster = await startCluster({
    modelsDir,
    redisBinary: null,
    environment: { MODEL_IDLE_SECONDS: '3600' },
  });
  try {
    await cluster.startGateway();
    await cluster.startWorker();
    for (const model of starterModels)
      await eventually(
        `${model} to be registered`,
        async () => (await fetch(`${cluster.url}/v1/models/${model}`)).ok,
      );
    return await talk(cluster.url);
  } finally {
    await cluster.stop();
    rmSync(modelsDir, { recursive: true, force: true });
  }
}

/** Sends a case and follows it to its end. */
export async function converse(url: string, { name, ...request }: WireCase): Promise<Recording> {
  const { method, path, body, accept = 'application/json' } = request;
  const first = await exchange(`${url}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { accept, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const reply = recorded(first, url);
  const taskId = first.status === 200 ? /"task_id":"([^"]+)"/.exec(first.text)?.[1] : undefined;
  if (taskId === undefined) return { name, request, reply };
  let last: Exchange;
  do last = await exchange(`${url}/api/main/task_result/${taskId}`, { headers: { accept } });
  while (last.status === 202);
  return { name, request, reply, result: recorded(last, url) };
}

interface Exchange {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

async function exchange(url: string, init: RequestInit): Promise<Exchange> {
  const response = await fetch(url, init);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

const id = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Ids and hosts differ from run to run, and so do the folders that errors name. */
function recorded({ status, type, text }: Exchange, url: string): RecordedReply {
  const steady = text.replaceAll(id, 'TASK').replaceAll(url, 'HOST').replaceAll(tmpdir(), 'TMP');
  if (type?.includes('json') !== true) return { status, type, body: steady };
  const body: unknown = JSON.parse(steady);
  // What is compared is the value, so the text must say nothing else.
  if (JSON.stringify(body) !== steady) throw new Error('the reply is not the shortest text of its JSON');
  return { status, type, body };
}
