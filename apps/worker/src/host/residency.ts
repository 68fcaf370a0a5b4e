import type { Clock, Log } from '@tessera/base';
import type { ModelEntry } from '@tessera/contracts';
import type { TaskOrder } from '../model-process/protocol.ts';
import type { Outcome } from './errands.ts';
import type { Replica } from './replica.ts';

export interface ResidencyOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Starts one process of a model; rejects when its files cannot be had. */
  open(model: ModelEntry): Promise<Replica>;
  onUnload(model: ModelEntry): void;
  /** Bytes that all model processes of this host may hold together. */
  readonly memoryLimitBytes: number;
  /** A model that nobody asked for so long is unloaded. */
  readonly idleMs: number;
}

/** Which models are in memory on this host: loaded on first use, kept, unloaded when idle or least recently used. */
export interface Residency {
  run(model: ModelEntry, task: TaskOrder): Promise<Outcome>;
  cancel(identifier: string, taskId: string): void;
  /** The entry changed: takes over what can be changed in place, and loads anew for the rest once the model is idle. */
  changed(model: ModelEntry): void;
  remove(identifier: string): void;
  /** Unloads what has been idle for too long, then the least recently used while memory is over the limit. */
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
  readonly replicas: Promise<readonly Replica[]>;
  opened: readonly Replica[];
  usedMs: number;
  /** Runs that wait for the replicas to open count as well. */
  busy: number;
  outdated: boolean;
}

export function createResidency(options: ResidencyOptions): Residency {
  const { clock, log } = options;
  const residents = new Map<string, Resident>();

  function load(model: ModelEntry): Resident {
    const count = Math.max(1, model.replicas);
    const replicas = Promise.all(Array.from({ length: count }, () => options.open(model)));
    const resident: Resident = {
      model,
      replicas,
      opened: [],
      usedMs: clock.monotonicMs(),
      busy: 0,
      outdated: false,
    };
    residents.set(model.identifier, resident);
    replicas.then(
      (opened) => {
        resident.opened = opened;
        // Removed while its files were still on the way.
        if (residents.get(model.identifier) !== resident) for (const replica of opened) replica.close();
      },
      () => {
        if (residents.get(model.identifier) === resident) residents.delete(model.identifier);
      },
    );
    return resident;
  }

  function unload(resident: Resident, why: string): void {
    residents.delete(resident.model.identifier);
    for (const replica of resident.opened) replica.close();
    log.info({ model: resident.model.identifier }, `model unloaded: ${why}`);
    options.onUnload(resident.model);
  }

  const isIdle = (resident: Resident): boolean => resident.busy === 0 && resident.opened.length > 0;
  const memoryOf = (resident: Resident): number =>
    resident.opened.reduce((sum, replica) => sum + replica.rssBytes, 0);

  return {
    async run(model, task) {
      const resident = residents.get(model.identifier) ?? load(model);
      resident.busy++;
      resident.usedMs = clock.monotonicMs();
      try {
        const replicas = await resident.replicas;
        const freest = replicas.reduce((best, replica) => (replica.busy < best.busy ? replica : best));
        return await freest.run(task);
      } finally {
        resident.busy--;
        resident.usedMs = clock.monotonicMs();
        if (resident.outdated && isIdle(resident) && residents.get(model.identifier) === resident)
          unload(resident, 'its configuration changed');
      }
    },
    cancel(identifier, taskId) {
      for (const replica of residents.get(identifier)?.opened ?? []) replica.cancel(taskId);
    },
    changed(model) {
      const resident = residents.get(model.identifier);
      if (!resident) return;
      const before = resident.model;
      resident.model = model;
      if (before.batchSize !== model.batchSize)
        for (const replica of resident.opened) replica.setBatchSize(model.batchSize);
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
      let memory = [...residents.values()].reduce((sum, resident) => sum + memoryOf(resident), 0);
      for (const resident of idle) {
        const idleMs = clock.monotonicMs() - resident.usedMs;
        const isOver = memory > options.memoryLimitBytes;
        if (!isOver && idleMs < options.idleMs) continue;
        memory -= memoryOf(resident);
        unload(resident, isOver ? 'memory is needed for others' : `idle for ${Math.round(idleMs / 1000)} s`);
      }
    },
    resident: () =>
      [...residents.values()].map((resident) => ({
        identifier: resident.model.identifier,
        memoryBytes: memoryOf(resident),
        busy: resident.busy,
        pids: resident.opened.flatMap((replica) => replica.pid ?? []),
      })),
    close() {
      for (const resident of [...residents.values()]) {
        residents.delete(resident.model.identifier);
        for (const replica of resident.opened) replica.close();
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
