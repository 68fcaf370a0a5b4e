import { hostname } from 'node:os';
import type { Clock } from '@tessera/base';
import type { HostReport } from '@tessera/contracts';
import type { Jobs } from '@tessera/jobs';
import type { DownloadProgress } from './locate-files.ts';
import type { Residency } from './residency.ts';

const beatEveryMs = 2_000;

/**
 * Every two seconds: unloads what is idle, opens replicas that are missing, and says in the database that
 * this host lives.
 */
export function startHeartbeat(options: {
  readonly host: string;
  readonly jobs: Pick<Jobs, 'hosts'>;
  readonly residency: Residency;
  readonly downloads: () => ReadonlyMap<string, DownloadProgress>;
  readonly gpus: readonly number[];
  readonly clock: Clock;
  readonly onBeat: () => void;
  readonly onError: (error: unknown) => void;
}): { stop(): void } {
  const { jobs, residency, clock } = options;
  let stopTimer = (): void => undefined;
  let beating = false;

  function report(): HostReport {
    const resident = residency.resident().map(({ identifier, memoryBytes, busy }) => ({
      identifier,
      memoryBytes,
      state: busy > 0 ? 'busy' : 'idle',
    }));
    const coming = [...options.downloads()].map(([identifier, { file, receivedBytes, totalBytes }]) => ({
      identifier,
      memoryBytes: 0,
      state: 'downloading',
      download: { file, receivedBytes, totalBytes },
    }));
    const isComing = new Set(coming.map(({ identifier }) => identifier));
    const models = [...coming, ...resident.filter(({ identifier }) => !isComing.has(identifier))];
    const memoryBytes = models.reduce((sum, model) => sum + model.memoryBytes, process.memoryUsage.rss());
    const gpus = options.gpus.map((index) => `cuda:${index}`);
    return { host: options.host, hostname: hostname(), pid: process.pid, models, memoryBytes, gpus };
  }

  function beat(): void {
    residency.tidy();
    // A beat waits while the database is away; a second one beside it would say nothing more.
    if (!beating) {
      beating = true;
      const sent = jobs.hosts.beat(report()).then(options.onBeat, options.onError);
      void sent.finally(() => {
        beating = false;
      });
    }
    stopTimer = clock.after(beatEveryMs, beat);
  }
  beat();
  return { stop: () => stopTimer() };
}
