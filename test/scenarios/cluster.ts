import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '@tessera/embedded';
import {
  eventually,
  startTestPostgres,
  startTestProxy,
  startTestRedis,
  type TestPostgres,
  type TestProxy,
  type TestRedis,
  watchChild,
} from '@tessera/testkit';

const root = resolve(import.meta.dirname, '../..');

/** A process of ours under test: real, from dist, as production starts it. */
export interface TestProcess {
  readonly pid: number;
  signal(signal: NodeJS.Signals): void;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves when it is gone, however it went. */
  readonly gone: Promise<void>;
  /** Everything it printed. */
  output(): string;
}

/** A whole Tessera on free ports whose parts a test can kill and start one by one. */
export interface Cluster {
  readonly url: string;
  readonly postgres: TestPostgres;
  readonly redis: TestRedis | null;
  /** What lies between the processes and their servers; null in a cluster that is not proxied. */
  readonly network: { readonly postgres: TestProxy; readonly redis: TestProxy | null } | null;
  /** On the cluster's own port, or on another beside it. */
  startGateway(port?: number): Promise<TestProcess>;
  startWorker(name?: string): Promise<TestProcess>;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** Folder of the checkout whose built processes are started; default this one. */
  readonly checkout?: string;
  /** Path of redis-server; null puts the queue into Postgres. */
  readonly redisBinary: string | null;
  /** Folder whose models are registered. */
  readonly modelsDir: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Postgres waits for the disk, as in production; default false. */
  readonly durable?: boolean;
  /**
   * The processes reach their servers through proxies that can cut connections and let them fall silent;
   * default false.
   */
  readonly proxied?: boolean;
}

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const home = mkdtempSync(join(tmpdir(), 'tessera-scenario-'));
  const postgres = await startTestPostgres({ durable: options.durable ?? false });
  const redis = options.redisBinary ? await startTestRedis(options.redisBinary) : null;
  const network = options.proxied
    ? {
        postgres: await startTestProxy(postgres.url),
        redis: redis && (await startTestProxy(redis.url)),
      }
    : null;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const running = new Set<ChildProcess>();

  function start(app: 'gateway' | 'worker', environment: Readonly<Record<string, string>>): TestProcess {
    const child = spawn(process.execPath, [join(options.checkout ?? root, `apps/${app}/dist/main.js`)], {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: network?.postgres.through(postgres.url) ?? postgres.url,
        ...(redis && { REDIS_URL: network?.redis?.through(redis.url) ?? redis.url }),
        TESSERA_HOME: home,
        MODELS_DIR: options.modelsDir,
        HOST: '127.0.0.1',
        PORT: String(port),
        LOG_FORMAT: 'json',
        LOG_LEVEL: 'warn',
        TASK_LEASE_SECONDS: '3',
        MODEL_THREADS: '1',
        DRAIN_SECONDS: '0',
        ...options.environment,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    const { output, exit } = watchChild(child);
    const gone = exit.then(() => void running.delete(child));
    return {
      pid: child.pid ?? -1,
      signal: (signal) => void child.kill(signal),
      gone,
      kill() {
        child.kill('SIGKILL');
        return gone;
      },
      output,
    };
  }

  return {
    url,
    postgres,
    redis,
    network,
    async startGateway(ownPort = port) {
      const gateway = start('gateway', { PORT: String(ownPort) });
      // It is ready only when a host serves; it listens before.
      await eventually(
        'the gateway to listen',
        async () => (await fetch(`http://127.0.0.1:${ownPort}/healthz`).catch(() => null))?.ok,
      );
      return gateway;
    },
    startWorker: async (name = 'worker-1') => start('worker', { WORKER_NAME: name }),
    async stop() {
      await Promise.all(
        [...running].map((child) => new Promise((gone) => child.on('exit', gone) && child.kill('SIGKILL'))),
      );
      await Promise.all([network?.postgres.stop(), network?.redis?.stop()]);
      await redis?.stop();
      await postgres.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Pids of the processes that `pid` started and that still live; its model processes, for a worker host. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}
