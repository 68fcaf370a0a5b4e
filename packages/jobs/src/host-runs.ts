import type { Clock, Log } from '@tessera/base';
import type { TaskProgress } from '@tessera/contracts';
import { type Group, group } from './group.ts';
import type { AbortReason } from './jobs.ts';
import type { Notices } from './ports/notices.ts';
import type { ClaimedRow, Completion, Failure, Run, TaskStore } from './ports/task-store.ts';

/** Progress is written this often at the most. */
const progressMs = 200;

/** One task under way on this host. */
export interface ActiveRun extends Run {
  readonly controller: AbortController;
}

/** What one host has under way: its leases, its grouped writes, and who must hear of a cancel. */
export interface HostRuns {
  readonly claim: Group<string, ClaimedRow | null>;
  /** True when the run was still ours, so that this write is the one that counts. */
  readonly complete: Group<Completion, boolean>;
  readonly fail: Group<Failure, boolean>;
  start(run: Run): ActiveRun;
  end(run: ActiveRun): void;
  progress(run: Run, progress: TaskProgress): void;
  close(): void;
}

export function openHostRuns(parts: {
  /** Under which the leases are taken. */
  readonly owner: string;
  readonly store: TaskStore;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly log: Log;
  readonly leaseMs: number;
}): HostRuns {
  const { owner, store, notices, clock, log, leaseMs } = parts;
  const active = new Set<ActiveRun>();
  const claiming = new Set<string>();
  const unwritten = new Map<string, Run & { readonly progress: TaskProgress }>();
  let cancelProgress: (() => void) | null = null;
  let cancelRenewal: (() => void) | null = null;
  let closed = false;

  const abort = (run: ActiveRun, reason: AbortReason): void => {
    active.delete(run);
    run.controller.abort(reason);
  };

  const leaveNotices = notices.subscribe((notice) => {
    if (notice.kind === 'gap') void renew();
    if (notice.kind === 'task' && notice.state === 'cancelled')
      for (const run of active) if (run.taskId === notice.taskId) abort(run, 'cancelled');
  });

  /**
   * Prolongs every lease in one statement, and finds out who lost theirs: cancelled, or taken while we were
   * away.
   */
  async function renew(): Promise<void> {
    const asked = [...active];
    if (asked.length === 0) return;
    const renewed = new Set((await store.renew(asked.map(toRun), leaseMs)).map(keyOf));
    // A run that ended meanwhile is not active any more, so only real losses remain.
    const gone = asked.filter((run) => !renewed.has(keyOf(run)) && active.has(run));
    if (gone.length === 0) return;
    const views = await store.read(
      gone.map((run) => run.taskId),
      { position: false },
    );
    for (const run of gone) {
      if (!active.has(run)) continue;
      const cancelled = views.get(run.taskId)?.state === 'cancelled';
      log.warn({ taskId: run.taskId, attempt: run.attempt, cancelled }, 'a run is no longer ours');
      abort(run, cancelled ? 'cancelled' : 'lost');
    }
  }

  function scheduleRenewal(): void {
    if (closed || cancelRenewal) return;
    cancelRenewal = clock.after(leaseMs / 3, () => {
      renew()
        .catch((error: Error) => log.warn({ reason: error.message }, 'leases were not renewed'))
        .finally(() => {
          cancelRenewal = null;
          if (active.size > 0) scheduleRenewal();
        });
    });
  }

  /**
   * Never the same task in two statements at once: each would take the other's run for one whose answer was
   * lost.
   */
  async function claimNew(taskIds: readonly string[]): Promise<readonly ClaimedRow[]> {
    for (const id of taskIds) claiming.add(id);
    try {
      const underWay = [...active].map((run) => run.taskId).filter((id) => claiming.has(id));
      return await store.claim(taskIds, { owner, leaseMs, underWay });
    } finally {
      for (const id of taskIds) claiming.delete(id);
    }
  }

  async function writeProgress(): Promise<void> {
    const updates = [...unwritten.values()];
    unwritten.clear();
    await store.progress(updates);
    notices.publish(updates.map(({ taskId }) => ({ kind: 'task', taskId, state: 'progress' })));
  }

  const accepted =
    <Item extends Run>(
      write: (items: readonly Item[]) => Promise<readonly Run[]>,
      state: 'succeeded' | 'failed',
    ) =>
    async (items: readonly Item[]): Promise<readonly boolean[]> => {
      const kept = new Set((await write(items)).map(keyOf));
      notices.publish(
        items.filter((item) => kept.has(keyOf(item))).map(({ taskId }) => ({ kind: 'task', taskId, state })),
      );
      return items.map((item) => kept.has(keyOf(item)));
    };

  return {
    claim: group(
      async (taskIds) => {
        const asked = [...new Set(taskIds)].filter((id) => !claiming.has(id));
        const rows = await claimNew(asked);
        notices.publish(rows.map(({ taskId }) => ({ kind: 'task', taskId, state: 'running' })));
        const byId = new Map(rows.map((row) => [row.taskId, row]));
        return taskIds.map((id) => {
          const row = byId.get(id) ?? null;
          // Delivered twice within one group: the second gets nothing.
          byId.delete(id);
          return row;
        });
      },
      { parallel: 2, maxItems: 256 },
    ),
    complete: group(accepted(store.complete, 'succeeded'), {
      parallel: 2,
      maxItems: 128,
      weigh: ({ result }) => result.fieldsText.length + (result.tensors?.byteLength ?? 0),
      maxWeight: 8_000_000,
    }),
    fail: group(accepted(store.fail, 'failed'), { parallel: 1, maxItems: 128 }),
    start({ taskId, attempt }) {
      const run = { taskId, attempt, controller: new AbortController() };
      active.add(run);
      scheduleRenewal();
      return run;
    },
    end(run) {
      active.delete(run);
      unwritten.delete(keyOf(run));
    },
    progress(run, progress) {
      unwritten.set(keyOf(run), { ...toRun(run), progress });
      cancelProgress ??= clock.after(progressMs, () => {
        cancelProgress = null;
        writeProgress().catch((error: Error) =>
          log.debug({ reason: error.message }, 'progress was not written'),
        );
      });
    },
    close() {
      closed = true;
      cancelRenewal?.();
      cancelProgress?.();
      leaveNotices();
    },
  };
}

function toRun({ taskId, attempt }: Run): Run {
  return { taskId, attempt };
}

function keyOf({ taskId, attempt }: Run): string {
  return `${taskId}.${attempt}`;
}
