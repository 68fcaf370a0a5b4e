import { setTimeout as delay } from 'node:timers/promises';
import type { ModelEntry, SubmitTask } from '@tessera/contracts';
import pc from 'picocolors';
import type { Session } from '../connection.ts';
import { TaskFailedError } from '../failure.ts';

/** Texts that wake a model, by task; a pair where the task needs one. */
const sample = (task: string): readonly unknown[] =>
  task === 'question-answering' ? [['Who?', 'Nobody was there.']] : ['ok'];

/**
 * Has a model answer one text, which loads it, and prints what it can do. Throws TaskFailedError with the
 * reason.
 */
export async function loadModel(identifier: string, session: Session): Promise<void> {
  const { client, terminal, json, signal } = session;
  let model = await client.models.get(identifier);
  // What a model does is known once a host has looked at its files.
  for (let looks = 0; model.tasks.length === 0 && model.error === null && looks < 60; looks++) {
    await delay(500, undefined, { signal });
    model = await client.models.get(identifier);
  }
  if (model.error !== null) throw new TaskFailedError(`${identifier}: ${model.error}`);
  const task = model.tasks[0] ?? 'embedding';
  const options = task === 'generation' ? { max_new_tokens: 1 } : {};
  await client.tasks.run({ model: identifier, task, input: sample(task), options } as SubmitTask, { signal });
  model = await client.models.get(identifier);
  terminal.stdout.write(json ? `${JSON.stringify(model, null, 2)}\n` : described(model));
}

function described(model: ModelEntry): string {
  const labels = Object.values(model.labels);
  return [
    `${pc.bold(model.identifier)} is ready.`,
    `  tasks         ${model.tasks.join(', ')}`,
    ...(labels.length > 0
      ? [`  labels        ${labels.slice(0, 12).join(', ')}${labels.length > 12 ? ' …' : ''}`]
      : []),
    `  can give      ${model.capabilities.join(', ')}`,
    ...model.warnings.map((warning) => `  ${pc.yellow('warning')}       ${warning}`),
    '',
  ].join('\n');
}
