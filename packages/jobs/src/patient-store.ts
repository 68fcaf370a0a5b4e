import { whileAway } from './availability.ts';
import type { TaskStore } from './ports/task-store.ts';

/**
 * The same store, whose verbs wait out a database that is away for at most `patienceMs`. All of them may run twice: an
 * insert finds its own row, a write of a run is fenced, and a claim whose answer was lost ends with its lease.
 */
export function patientStore(store: TaskStore, options: Parameters<typeof whileAway>[1]): TaskStore {
  const verbs = Object.entries(store as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>);
  return Object.fromEntries(
    verbs.map(([name, verb]) => [name, (...args: unknown[]) => whileAway(() => verb(...args), options)]),
  ) as unknown as TaskStore;
}
