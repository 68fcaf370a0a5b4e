import { type Clock, type Log, type NewId, within } from '@tessera/base';
import { createCancel } from './cancel.ts';
import { openConsumption } from './consume.ts';
import { createCounter } from './count.ts';
import { createEnqueuer } from './enqueue.ts';
import { type HostRuns, openHostRuns } from './host-runs.ts';
import type { Jobs, JobsLimits } from './jobs.ts';
import { patientStore } from './patient-store.ts';
import type { Hosts } from './ports/hosts.ts';
import type { JobQueue } from './ports/job-queue.ts';
import type { ApiKeys } from './ports/keys.ts';
import type { AdapterCatalogue, ModelCatalogue } from './ports/models.ts';
import type { Notices } from './ports/notices.ts';
import type { StatisticsStore } from './ports/statistics.ts';
import type { TaskStore } from './ports/task-store.ts';
import { createOutcomeReader, createReader, createViewReader } from './read.ts';
import { openReconciler } from './reconcile.ts';
import { createSubmit } from './submit.ts';
import { createWait } from './wait.ts';
import { openWaitingRoom } from './waiting-room.ts';
import { createWatch } from './watch.ts';

/** A gateway's caller waits for an answer; a host would rather wait than lose what it computed. */
const callerPatienceMs = 5_000;
const hostPatienceMs = 120_000;
const statisticsMs = 10_000;
const pingLimitMs = 2_000;

/** Everything Jobs is made of; the adapters are chosen by openJobs, or by a test. */
export interface JobsParts {
  readonly store: TaskStore;
  readonly queue: JobQueue;
  readonly notices: Notices;
  readonly catalogue: ModelCatalogue;
  readonly adapters: AdapterCatalogue;
  readonly keys: ApiKeys;
  readonly hosts: Hosts;
  readonly statistics: StatisticsStore;
  readonly pingDatabase: () => Promise<unknown>;
  /** Closes the connections, after everything that uses them. */
  readonly closeConnections: () => Promise<void>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  readonly limits: JobsLimits;
}

/** The verbs over the ports. */
export function composeJobs(parts: JobsParts): Jobs {
  const { queue, notices, clock, log, limits, newId } = parts;
  const counter = createCounter();
  const store = patientStore(parts.store, { clock, log, patienceMs: callerPatienceMs });
  const hostStore = patientStore(parts.store, { clock, log, patienceMs: hostPatienceMs });
  const { enqueue, settled } = createEnqueuer(queue, log);
  const readView = createViewReader(store);
  const readOutcome = createOutcomeReader(store);
  const room = openWaitingRoom({ store, notices, clock, log, safetyPollMs: limits.safetyPollMs });
  const hosts = new Map<string, HostRuns>();
  const runsOf = (host: string): HostRuns => {
    const runs =
      hosts.get(host) ??
      openHostRuns({ host, store: hostStore, notices, clock, log, leaseMs: limits.leaseMs });
    hosts.set(host, runs);
    return runs;
  };
  const consuming = openConsumption({
    queue,
    store: hostStore,
    notices,
    enqueue,
    counter,
    clock,
    log,
    limits,
    runsOf,
  });
  const reconciling = openReconciler({ store: parts.store, queue, notices, counter, clock, log, limits });

  async function flush(): Promise<void> {
    await parts.statistics.add(counter.take());
  }
  let cancelFlush = clock.after(statisticsMs, keepFlushing);
  function keepFlushing(): void {
    cancelFlush = clock.after(statisticsMs, keepFlushing);
    flush().catch((error: Error) => log.warn({ reason: error.message }, 'statistics were not written'));
  }

  const answers = (ping: Promise<unknown>): Promise<boolean> =>
    within(clock, pingLimitMs, ping).then(
      () => true,
      () => false,
    );

  let closing: Promise<void> | null = null;
  async function close(): Promise<void> {
    cancelFlush();
    await reconciling.close();
    await consuming.close();
    for (const runs of hosts.values()) runs.close();
    room.close();
    await settled();
    await flush().catch((error: Error) => log.warn({ reason: error.message }, 'statistics were not written'));
    await queue.close();
    await notices.close();
    await parts.closeConnections();
  }

  return {
    submit: createSubmit({ store, newId, enqueue }),
    ...createReader(store, { readView, readOutcome }),
    ...createWait({ room, readView, readOutcome, clock }),
    watch: createWatch({ store, room, notices, readView, clock }),
    cancel: createCancel({ store, queue, notices, readView, counter, log }),
    consume: consuming.consume,
    reconcileOnce: reconciling.reconcileOnce,
    keepReconciled: reconciling.keepReconciled,
    forgetHost: (host) => store.forgetHost(host),
    onNotice: (listener) => notices.subscribe(listener),
    catalogue: parts.catalogue,
    adapters: parts.adapters,
    keys: parts.keys,
    hosts: parts.hosts,
    statistics: { read: (filter) => parts.statistics.read(filter), flush },
    async health() {
      const [database, queueAnswer] = await Promise.all([
        answers(parts.pingDatabase()),
        answers(queue.ping()),
      ]);
      return { database: database ? 'up' : 'down', queue: queueAnswer ? 'up' : 'down' };
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
