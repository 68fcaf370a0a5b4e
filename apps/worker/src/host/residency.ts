import type { Clock, Log } from '@tessera/base';
import type { ModelEntry } from '@tessera/contracts';
import type { TaskOrder } from '../model-process/protocol.ts';
import type { TaskExit } from './held-tasks.ts';
import type { Replica } from './replica-port.ts';

export interface ResidencyOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Prepares one process of a model; rejects when its files cannot be had. */
  open(model: ModelEntry): Promise<Replica>;
  onUnload(model: ModelEntry): void;
  /** Bytes that all model processes of this host may hold together. */
  readonly memoryLimitBytes: number;
  /** Processes of one model at the most, whatever its entry asks for: the cores of this host. */
  readonly mostReplicas: number;
  /** A model that nobody asked for so long is unloaded. */
  readonly idleMs: number;
}

/**
 * Which models are in memory on this host: loaded on first use, kept, unloaded when idle or least recently
 * used.
 */
export interface Residency {
  /** Runs a task on the freest process of its model; ends it there when the signal aborts. */
  run(model: ModelEntry, task: TaskOrder, signal: AbortSignal): Promise<TaskExit>;
  /**
   * The entry changed: takes over what can be changed in place, and loads anew for the rest once the model is
   * idle.
   */
  changed(model: ModelEntry): void;
  remove(identifier: string): void;
  /**
   * Unloads what has been idle for too long, then the least recently used while memory is over the limit; and
   * opens one process more of each model that should have several, is busy, and has all it has in use.
   */
  tidy(): void;
  resident(): readonly {
    readonly identifier: string;
    readonly memoryBytes: number;
    readonly busy: number;
    readonly pids: readonly number[];
  }[];
  close(): void;
}

interface Resident {
  model: ModelEntry;
  readonly first: Promise<unknown>;
  readonly replicas: Replica[];
  usedMs: number;
  /** Runs that wait for the first replica to open count as well. */
  busy: number;
  outdated: boolean;
  /** One more replica is on its way. */
  grows: boolean;
}

export function createResidency(options: ResidencyOptions): Residency {
  const { clock, log } = options;
  const residents = new Map<string, Resident>();
  const isHere = (resident: Resident): boolean => residents.get(resident.model.identifier) === resident;

  function load(model: ModelEntry): Resident {
    const opening = options.open(model);
    const resident: Resident = {
      model,
      first: opening,
      replicas: [],
      usedMs: clock.monotonicMs(),
      busy: 0,
      outdated: false,
      grows: false,
    };
    residents.set(model.identifier, resident);
    opening.then(
      (replica) => keep(resident, replica),
      () => {
        if (isHere(resident)) residents.delete(model.identifier);
      },
    );
    return resident;
  }

  /** A model that was removed while its files were on the way needs no process. */
  function keep(resident: Resident, replica: Replica): void {
    resident.replicas.push(replica);
    if (!isHere(resident)) replica.close();
  }

  /**
   * Processes open one by one, each when those before it are loaded and the memory has room for one like
   * them.
   */
  function grow(resident: Resident): void {
    const { model, replicas } = resident;
    const wanted = Math.min(model.replicas, options.mostReplicas);
    if (resident.grows || replicas.length === 0 || replicas.length >= wanted) return;
    if (!replicas.every((replica) => replica.mode === 'ready' && replica.busy > 0)) return;
    const largest = Math.max(...replicas.map((replica) => replica.rssBytes));
    if (memory() + largest > options.memoryLimitBytes) return;
    resident.grows = true;
    options
      .open(model)
      .then((replica) => keep(resident, replica))
      .catch((error: unknown) =>
        log.warn({ model: model.identifier, err: error }, 'could not open a replica'),
      )
      .finally(() => {
        resident.grows = false;
      });
  }

  function unload(resident: Resident, why: string): void {
    residents.delete(resident.model.identifier);
    for (const replica of resident.replicas) replica.close();
    log.info({ model: resident.model.identifier }, `model unloaded: ${why}`);
    options.onUnload(resident.model);
  }

  const isIdle = (resident: Resident): boolean => resident.busy === 0 && resident.replicas.length > 0;
  const memoryOf = (resident: Resident): number =>
    resident.replicas.reduce((sum, replica) => sum + replica.rssBytes, 0);
  const memory = (): number => [...residents.values()].reduce((sum, resident) => sum + memoryOf(resident), 0);

  async function runOn(resident: Resident, task: TaskOrder, signal: AbortSignal): Promise<TaskExit> {
    const arrivedMs = clock.monotonicMs();
    await resident.first;
    if (signal.aborted) return { kind: 'cancelled' };
    const freest = resident.replicas.reduce((best, replica) => (replica.busy < best.busy ? replica : best));
    const cancel = (): void => freest.cancel(task.taskId);
    signal.addEventListener('abort', cancel);
    try {
      return await freest.run(task, arrivedMs);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  return {
    async run(model, task, signal) {
      const resident = residents.get(model.identifier) ?? load(model);
      resident.busy++;
      resident.usedMs = clock.monotonicMs();
      try {
        return await runOn(resident, task, signal);
      } finally {
        resident.busy--;
        resident.usedMs = clock.monotonicMs();
        if (resident.outdated && isIdle(resident) && isHere(resident))
          unload(resident, 'its configuration changed');
      }
    },
    changed(model) {
      const resident = residents.get(model.identifier);
      if (!resident) return;
      const before = resident.model;
      resident.model = model;
      if (before.batchSize !== model.batchSize)
        for (const replica of resident.replicas) replica.setBatchSize(model.batchSize);
      if (!needsReload(before, model)) return;
      if (isIdle(resident)) unload(resident, 'its configuration changed');
      else resident.outdated = true;
    },
    remove(identifier) {
      const resident = residents.get(identifier);
      if (resident) unload(resident, 'it was removed');
    },
    tidy() {
      const idle = [...residents.values()].filter(isIdle).sort((a, b) => a.usedMs - b.usedMs);
      let held = memory();
      for (const resident of idle) {
        const idleMs = clock.monotonicMs() - resident.usedMs;
        const isOver = held > options.memoryLimitBytes;
        if (!isOver && idleMs < options.idleMs) continue;
        held -= memoryOf(resident);
        unload(resident, isOver ? 'memory is needed for others' : `idle for ${Math.round(idleMs / 1000)} s`);
      }
      for (const resident of residents.values()) grow(resident);
    },
    resident: () =>
      [...residents.values()].map((resident) => ({
        identifier: resident.model.identifier,
        memoryBytes: memoryOf(resident),
        busy: resident.busy,
        pids: resident.replicas.flatMap((replica) => replica.pid ?? []),
      })),
    close() {
      for (const resident of [...residents.values()]) {
        residents.delete(resident.model.identifier);
        for (const replica of resident.replicas) replica.close();
      }
    },
  };
}

/** Batch size and request limits take effect in place; the others are fixed when a session opens. */
function needsReload(before: ModelEntry, after: ModelEntry): boolean {
  return (
    before.disableGpu !== after.disableGpu ||
    before.onnxUseQuantized !== after.onnxUseQuantized ||
    before.replicas !== after.replicas ||
    JSON.stringify(before.source) !== JSON.stringify(after.source)
  );
}
