import { createRequire } from 'node:module';
import type { Jobs } from '@tessera/jobs';
import { untilOpen } from '@tessera/telemetry';
import { connect, type LocalDeps } from './deps.ts';
import { serveHealth } from './host/health-server.ts';
import { type Host, startHost } from './host/host.ts';
import { createHostMetrics } from './host/metrics.ts';
import { startWatchdog, type Watchdog } from './host/watchdog.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

export interface WorkerEvents {
  /** Tasks are taken from now on; `healthPort` is where the health pages are, null when nowhere. */
  onUp(healthPort: number | null): void;
  /** Ends the process. */
  end(code: number): void;
}

/**
 * Starts everything of a worker: health pages first, so that probes see it wait; then the database, waited
 * for as long as it is away or has no connection left; then the host, with a watchdog on its heartbeat.
 * `stop` may come at any time.
 */
export function startWorker(deps: LocalDeps, events: WorkerEvents): { stop(why: string): void } {
  const { config, clock, log } = deps;
  let jobs: Jobs | null = null;
  let host: Host | null = null;
  let watchdog: Watchdog | null = null;
  let stopping = false;
  const metrics = createHostMetrics({
    version,
    memory: () => (host?.resident() ?? []).map(({ identifier, memoryBytes }) => [identifier, memoryBytes]),
  });
  const probes = {
    metrics,
    illness: () => {
      const hungryMs = watchdog?.hungryMs() ?? 0;
      const isIll = config.watchdogMs !== null && hungryMs > config.watchdogMs / 2;
      const stuck = host?.stuck() ?? [];
      if (stuck.length > 0) return `tasks wait and are not taken: ${stuck.join(', ')}`;
      return isIll ? `the database has not heard from this host for ${Math.round(hungryMs / 1000)} s` : null;
    },
    unreadiness: async () => {
      if (stopping) return 'stopping';
      if (!jobs || !host) return 'starting: waiting for the database';
      const { database, queue } = await jobs.health();
      if (database === 'down') return 'the database is away';
      return queue === 'down' ? 'the queue is away' : null;
    },
  };

  async function start(): Promise<void> {
    const health = config.health ? await serveHealth(config.health, probes) : null;
    if (health) log.info({ port: health.port }, 'health pages are up');
    jobs = await untilOpen(() => connect(deps), { databaseUrl: config.databaseUrl, clock, log });
    if (stopping) return;
    watchdog =
      config.watchdogMs === null ? null : startWatchdog({ clock, patienceMs: config.watchdogMs, onHungry });
    host = await startHost({ ...deps, jobs, metrics, onBeat: () => watchdog?.feed() });
    events.onUp(health?.port ?? null);
  }

  /**
   * Nothing reaches the database any more, although whatever can be tried again is: only a fresh process may
   * help.
   */
  function onHungry(hungryMs: number): void {
    log.error({ seconds: Math.round(hungryMs / 1000) }, 'no heartbeat reached the database; this host ends');
    events.end(1);
  }

  const started = start().catch((error: unknown) => {
    log.error({ err: error }, 'this host could not start');
    events.end(1);
  });

  async function stop(why: string): Promise<void> {
    log.info({ why }, 'worker host stops');
    // A start that still waits for the database has nothing to give back.
    if (jobs) await started;
    watchdog?.stop();
    await host?.stop();
    await jobs?.close();
    events.end(0);
  }

  return {
    stop(why) {
      if (stopping) return;
      stopping = true;
      void stop(why).catch((error: unknown) => {
        log.error({ err: error }, 'this host could not stop in order');
        events.end(1);
      });
    },
  };
}
