import { normalForm } from '@tessera/contracts';
import type { Delivery } from '../../ports/job-queue.ts';

/**
 * One queue per model, named after its normal form. BullMQ forbids ":" and Redis Cluster reads "{…}" as the
 * part of a key that decides its node, so other characters are escaped and the whole is put in braces: all
 * keys of a queue on one node.
 */
export function queueName(model: string): string {
  const escaped = normalForm(model).replace(
    /[^A-Za-z0-9._-]/g,
    (character) => `%${character.codePointAt(0)!.toString(16)}`,
  );
  return `{${escaped}}`;
}

/**
 * The first delivery of a task has the task's id. Later ones say which run they are for: the dead first run
 * may still hold the plain id in the queue, and an id that is there already is ignored.
 */
export function jobId({ taskId, attempt }: Delivery): string {
  return attempt === 0 ? taskId : `${taskId}.${attempt}`;
}

/**
 * BullMQ: 1 runs first, and 0 would run before everything without keeping order. Ours: 10 runs first, -10
 * last.
 */
export function bullPriority(priority: number): number {
  return 11 - Math.max(-10, Math.min(10, Math.round(priority)));
}
