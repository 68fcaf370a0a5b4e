import { type ModelEntry, type TaskName, taskNames } from '@tessera/contracts';
import type { Session } from './connection.ts';
import { UsageError } from './failure.ts';

/**
 * A model and the task that is asked of it: the one named, else the model's first. Throws UsageError and
 * ProblemError.
 */
export async function findModel(
  identifier: string,
  named: string | undefined,
  { client }: Session,
): Promise<{ readonly model: ModelEntry; readonly task: TaskName }> {
  const model = await client.models.get(identifier);
  const task = named ?? model.tasks[0];
  if (task === undefined)
    throw new UsageError(`What ${identifier} does is not known yet; name it by --task.`);
  if (!(taskNames as readonly string[]).includes(task))
    throw new UsageError(`"${task}" is no task; there are ${taskNames.join(', ')}.`);
  return { model, task: task as TaskName };
}
