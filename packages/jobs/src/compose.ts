import { AppError, type Clock, type Log, type NewId, within } from '@tessera/base';
import type { Contact } from './availability/contact.ts';
import { hasNoEffect } from './availability/passing.ts';
import { createPatience } from './availability/patience.ts';
import { patient } from './availability/patient.ts';
import { createCancel } from './cancel.ts';
import { openConsumption } from './consume.ts';
import { createCounter } from './count.ts';
import { createEnqueuer } from './enqueue.ts';
import { type HostRuns, openHostRuns } from './host-runs.ts';
import { createHosts } from './hosts.ts';
import type { Jobs, JobsLimits } from './jobs.ts';
import { ownerOf } from './owner.ts';
import { type HostStore, hostRepeats } from './ports/hosts.ts';
import type { JobQueue } from './ports/job-queue.ts';
import { type ApiKeys, keyRepeats } from './ports/keys.ts';
import { type AdapterCatalogue, adapterRepeats, type ModelCatalogue, modelRepeats } from './ports/models.ts';
import type { Notices } from './ports/notices.ts';
import { type StatisticsStore, statisticsRepeats } from './ports/statistics.ts';
import { type TaskStore, taskStoreRepeats } from './ports/task-store.ts';
import { createOutcomeReader, createReader, createViewReader } from './read.ts';
import { openReconciler } from './reconcile.ts';
import { createSubmit } from './submit.ts';
import { createWait } from './wait.ts';
import { openWaitingRoom } from './waiting-room.ts';
import { createWatch } from './watch.ts';

/** A process that ends does not wait longer than this for a database that is away. */
const closingPatienceMs = 3_000;
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
  readonly hosts: HostStore;
  readonly statistics: StatisticsStore;
  /** Shared with whoever else talks to this database in this process. */
  readonly contact: Contact;
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
  const { contact } = parts;
  const patience = createPatience({ clock, log, contact, patienceMs: limits.patienceMs });
  // What a host has computed waits for as long as it must.
  const hostPatience = createPatience({ clock, log, contact, patienceMs: Number.POSITIVE_INFINITY });
  const store = patient(parts.store, taskStoreRepeats, patience);
  const hostStore = patient(parts.store, taskStoreRepeats, hostPatience);
  const statistics = patient(parts.statistics, statisticsRepeats, patience);
  const start = newId();
  const listedHosts = createHosts({
    hosts: patient(parts.hosts, hostRepeats, patience),
    store,
    start,
    contact,
    clock,
    log,
  });
  // Behind others that wait, a caller would wait for their patience as well as for its own.
  const callerLimit = {
    clock,
    ms: limits.patienceMs,
    late: () => new AppError('SERVICE_UNAVAILABLE', { detail: { part: 'database' } }),
  };
  const { enqueue, settled } = createEnqueuer(queue, log);
  const readView = createViewReader(store, callerLimit);
  const readOutcome = createOutcomeReader(store, callerLimit);
  const room = openWaitingRoom({ store, notices, clock, log, safetyPollMs: limits.safetyPollMs });
  const hosts = new Map<string, HostRuns>();
  const runsOf = (host: string): HostRuns => {
    const runs =
      hosts.get(host) ??
      openHostRuns({
        owner: ownerOf(host, start),
        store: hostStore,
        notices,
        clock,
        log,
        leaseMs: limits.leaseMs,
      });
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
  const reconciling = openReconciler({ store, contact, queue, notices, counter, clock, log, limits });

  async function flush(): Promise<void> {
    const counted = counter.take();
    await statistics.add(counted).catch((error: unknown) => {
      if (hasNoEffect(error)) counter.putBack(counted);
      throw error;
    });
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

  async function aHostThatLives(): Promise<void> {
    if (!(await parts.hosts.list()).some((host) => host.alive)) throw new Error('no host lives');
  }

  let closing: Promise<void> | null = null;
  async function close(): Promise<void> {
    cancelFlush();
    patience.hurry(closingPatienceMs);
    hostPatience.hurry(closingPatienceMs);
    listedHosts.close();
    await reconciling.close();
    await consuming.close();
    for (const runs of hosts.values()) runs.close();
    room.close();
    // Farewells on connections that swallow them would never be answered.
    const end = (what: string, work: Promise<void>): Promise<void> =>
      within(clock, closingPatienceMs, work, what).catch((error: Error) =>
        log.warn({ reason: error.message }, 'not ended in order'),
      );
    await end('the last deliveries', settled());
    await end('the statistics', flush());
    await end('the end of the queue', queue.close());
    await end('the end of the notices', notices.close());
    await end('the end of the connections', parts.closeConnections());
  }

  return {
    submit: createSubmit({ store, newId, enqueue, limit: callerLimit }),
    ...createReader(store, { readView, readOutcome }),
    ...createWait({ room, readView, readOutcome, clock }),
    watch: createWatch({ store, room, notices, readView, clock }),
    cancel: createCancel({ store, queue, notices, readView, counter, log }),
    consume: consuming.consume,
    reconcileOnce: reconciling.reconcileOnce,
    keepReconciled: reconciling.keepReconciled,
    onNotice: (listener) => notices.subscribe(listener),
    catalogue: patient(parts.catalogue, modelRepeats, patience),
    adapters: patient(parts.adapters, adapterRepeats, patience),
    keys: patient(parts.keys, keyRepeats, patience),
    hosts: listedHosts,
    statistics: { read: (filter) => statistics.read(filter), flush },
    async health() {
      const [database, queueAnswer, serving] = await Promise.all([
        answers(parts.pingDatabase()),
        answers(queue.ping()),
        answers(aHostThatLives()),
      ]);
      const word = (isUp: boolean) => (isUp ? 'up' : 'down');
      return { database: word(database), queue: word(queueAnswer), hosts: word(serving) };
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
