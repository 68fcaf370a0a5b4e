import type { TaskView } from '@tessera/contracts';
import { type GroupLimit, group } from './group.ts';
import type { Jobs } from './jobs.ts';
import type { TaskOutcome, TaskStore } from './ports/task-store.ts';

/** Reads views; concurrent reads share a statement. */
export type ReadView = (taskId: string, options: { readonly position: boolean }) => Promise<TaskView | null>;

/** Reads views with their results; concurrent reads share a statement. */
export type ReadOutcome = (taskId: string) => Promise<TaskOutcome | null>;

/** The tasks of a batch end together, and those who wait for them ask together. */
export function createOutcomeReader(store: TaskStore, limit: GroupLimit): ReadOutcome {
  return group<string, TaskOutcome | null>(
    async (taskIds) => {
      const found = await store.readResults([...new Set(taskIds)]);
      return taskIds.map((id) => found.get(id.toLowerCase()) ?? null);
    },
    { parallel: 2, maxItems: 128, limit },
  );
}

/** Reads views; concurrent reads share a statement. */
export function createViewReader(store: TaskStore, limit: GroupLimit): ReadView {
  const readers = [true, false].map((position) =>
    group<string, TaskView | null>(
      async (taskIds) => {
        const views = await store.read([...new Set(taskIds)], { position });
        return taskIds.map((id) => views.get(id.toLowerCase()) ?? null);
      },
      { parallel: 2, maxItems: 500, limit },
    ),
  );
  return (taskId, { position }) => readers[position ? 0 : 1]!(taskId);
}

/** Another caller's task looks like no task at all; null or undefined sees everything. */
export function visible(view: TaskView | null, caller: string | null | undefined): TaskView | null {
  return view !== null && (caller === null || caller === undefined || view.caller === caller) ? view : null;
}

/** The reading verbs. */
export function createReader(
  store: TaskStore,
  { readView, readOutcome }: { readonly readView: ReadView; readonly readOutcome: ReadOutcome },
): Pick<Jobs, 'read' | 'result' | 'list' | 'counts'> {
  return {
    async read(taskId, caller) {
      return visible(await readView(taskId, { position: true }), caller);
    },

    async result(taskId, caller) {
      const found = await readOutcome(taskId);
      return found && visible(found.view, caller) ? found : null;
    },

    async list(filter) {
      const tasks = await store.list(filter);
      const next = tasks.length > 0 && tasks.length === filter.limit ? tasks.at(-1)!.taskId : null;
      return { tasks, next };
    },

    async counts(caller = null) {
      const models = await store.counts(caller);
      const sum = (of: (one: (typeof models)[number]) => number): number =>
        models.reduce((total, one) => total + of(one), 0);
      return { queued: sum((one) => one.queued), running: sum((one) => one.running), models };
    },
  };
}
