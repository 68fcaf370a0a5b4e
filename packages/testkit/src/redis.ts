import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '@tessera/embedded';
import { eventually } from './eventually.ts';

/**
 * The redis-server to test with: REDIS_SERVER_BIN, or the one on PATH; null (with a loud note) when there is
 * none. Under CI=true a missing one is an error, so that nobody believes in tests that never ran.
 */
export function redisBinary(environment: NodeJS.ProcessEnv = process.env): string | null {
  const named = environment.REDIS_SERVER_BIN;
  const candidates = named
    ? [named]
    : (environment.PATH ?? '').split(delimiter).map((folder) => join(folder, 'redis-server'));
  const found = candidates.find(isExecutable);
  if (found) return found;
  const where = named ? `REDIS_SERVER_BIN=${named} is not executable` : 'no redis-server on PATH';
  const advice = 'Install it (Debian: apt-get install redis-server) or set REDIS_SERVER_BIN.';
  if (environment.CI === 'true')
    throw new Error(`Tests of the Redis backend need redis-server: ${where}. ${advice}`);
  console.warn(`\n*** NOT TESTED: the Redis backend (${where}). ${advice} ***\n`);
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A real redis-server with append-only file, on a free port, in a folder that goes away with it. */
export interface TestRedis {
  readonly url: string;
  /** FLUSHALL: every queue, lock and script is gone. */
  flush(): Promise<void>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same address and data. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Redis for a test file; call `stop` in afterAll. With `cluster` it is a cluster of one node. */
export async function startTestRedis(
  binary: string,
  options: { readonly cluster?: boolean } = {},
): Promise<TestRedis> {
  const { cluster = false } = options;
  const folder = mkdtempSync(join(tmpdir(), 'tessera-test-redis-'));
  const port = await freePort();
  // A node that has met no other knows its own address only when it is told.
  const announce = ['--cluster-announce-ip', '127.0.0.1'];
  const more = cluster
    ? ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort()), ...announce]
    : [];
  let child = await launch(binary, folder, port, more);
  if (cluster) await formCluster(port);
  const url = `redis://127.0.0.1:${port}`;
  const kill = (signal: NodeJS.Signals): Promise<void> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill(signal);
    });
  return {
    // A list of nodes is what says "cluster"; this one has the same node twice.
    url: cluster ? `${url},${url}` : url,
    async flush() {
      const reply = await command(port, 'FLUSHALL');
      if (!reply.startsWith('+OK')) throw new Error(`FLUSHALL answered ${reply}`);
    },
    kill: () => kill('SIGKILL'),
    async start() {
      child = await launch(binary, folder, port, more);
    },
    async stop() {
      await kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(
  binary: string,
  folder: string,
  port: number,
  more: readonly string[],
): Promise<ChildProcess> {
  const child = spawn(
    binary,
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--appendonly',
      'yes',
      '--save',
      '',
      ...more,
    ],
    { stdio: 'ignore' },
  );
  for (let tries = 0; ; tries++) {
    const reply = await command(port, 'PING').catch((error: Error) => error.message);
    if (reply.startsWith('+PONG')) return child;
    if (child.exitCode !== null || tries === 500)
      throw new Error(`${binary} did not start on port ${port}: ${reply}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Gives the node all slots and waits until it serves them. */
async function formCluster(port: number): Promise<void> {
  await command(port, 'CLUSTER ADDSLOTSRANGE 0 16383');
  await eventually('the cluster', async () =>
    (await command(port, 'CLUSTER INFO')).includes('cluster_state:ok'),
  );
}

/** Sends one command in Redis's inline form and returns the raw reply's first part. */
function command(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${text}\r\n`));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.once('error', reject);
  });
}
