import type { Clock, Log, NewId } from '@tessera/base';
import { canceller } from './cancel.ts';
import type { AdapterCatalogue, ApiKeys, Hosts, ModelCatalogue, ModelHour } from './catalogue.ts';
import { consumption } from './consume.ts';
import { type Counted, counter as newCounter } from './count.ts';
import { enqueuer } from './enqueue.ts';
import { type HostRuns, hostRuns } from './host-runs.ts';
import type { Jobs, JobsLimits } from './jobs.ts';
import { patientStore } from './patient-store.ts';
import type { JobQueue, Notices, TaskStore } from './ports.ts';
import { outcomeReader, reader, viewReader } from './read.ts';
import { reconciler } from './reconcile.ts';
import { submitter } from './submit.ts';
import { waiter, waitingRoom } from './wait.ts';
import { watcher } from './watch.ts';

/** A gateway's caller waits for an answer; a host would rather wait than lose what it computed. */
const callerPatienceMs = 5_000;
const hostPatienceMs = 120_000;
const statisticsMs = 10_000;

/** Everything Jobs is made of; the adapters are chosen by openJobs, or by a test. */
export interface JobsParts {
  readonly store: TaskStore;
  readonly queue: JobQueue;
  readonly notices: Notices;
  readonly catalogue: ModelCatalogue;
  readonly adapters: AdapterCatalogue;
  readonly keys: ApiKeys;
  readonly hosts: Hosts;
  readonly statistics: {
    write(counted: readonly Counted[]): Promise<void>;
    read(filter: { readonly model?: string; readonly sinceHours: number }): Promise<readonly ModelHour[]>;
  };
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
  const counter = newCounter();
  const store = patientStore(parts.store, { clock, log, patienceMs: callerPatienceMs });
  const hostStore = patientStore(parts.store, { clock, log, patienceMs: hostPatienceMs });
  const { enqueue, settled } = enqueuer(queue, log);
  const readView = viewReader(store);
  const readOutcome = outcomeReader(store);
  const room = waitingRoom({ store, notices, clock, log, safetyPollMs: limits.safetyPollMs });
  const hosts = new Map<string, HostRuns>();
  const runsOf = (host: string): HostRuns => {
    const runs =
      hosts.get(host) ?? hostRuns({ host, store: hostStore, notices, clock, log, leaseMs: limits.leaseMs });
    hosts.set(host, runs);
    return runs;
  };
  const consuming = consumption({
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
  const reconciling = reconciler({ store: parts.store, queue, notices, counter, clock, log, limits });

  async function flush(): Promise<void> {
    await parts.statistics.write(counter.take());
  }
  let cancelFlush = clock.after(statisticsMs, keepFlushing);
  function keepFlushing(): void {
    cancelFlush = clock.after(statisticsMs, keepFlushing);
    flush().catch((error: Error) => log.warn({ reason: error.message }, 'statistics were not written'));
  }

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
    submit: submitter({ store, newId, enqueue }),
    ...reader(store, { readView, readOutcome }),
    ...waiter({ room, readView, readOutcome, clock }),
    watch: watcher({ store, room, notices, readView, clock }),
    cancel: canceller({ store, queue, notices, readView, counter, log }),
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
        answers(parts.pingDatabase(), clock),
        answers(queue.ping(), clock),
      ]);
      return { database: database ? 'up' : 'down', queue: queueAnswer ? 'up' : 'down' };
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function answers(ping: Promise<unknown>, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(2_000, () => resolve(false));
    ping
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(cancel);
  });
}
