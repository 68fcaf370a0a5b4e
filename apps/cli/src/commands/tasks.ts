import type { TaskView } from '@tessera/contracts';
import { Command } from 'commander';
import pc from 'picocolors';
import type { Session, WithSession } from '../connection.ts';
import { exitCodes, TaskFailedError } from '../failure.ts';
import { wholeNumber } from '../input/options.ts';
import { openProgress } from '../print/progress.ts';
import { table } from '../print/table.ts';

interface ListFlags {
  readonly state?: string;
  readonly model?: string;
  readonly limit: number;
}

/** `tessera tasks list | show | watch | cancel`. */
export function tasksCommand(withSession: WithSession): Command {
  const tasks = new Command('tasks').description('tasks and their results');
  tasks
    .command('list')
    .description('the newest tasks')
    .option('--state <state>', 'queued, running, succeeded, failed, cancelled or expired')
    .option('--model <model>', 'of one model')
    .option('--limit <tasks>', 'at the most', wholeNumber(1), 20)
    .action(async (flags: ListFlags, command: Command) => list(flags, withSession(command)));
  tasks
    .command('show <task>')
    .description('a task, and its result once it has one')
    .action(async (taskId: string, _: unknown, command: Command) => {
      const { client, terminal } = withSession(command);
      const view = await client.tasks.get(taskId);
      const result = view.state === 'succeeded' ? await client.tasks.result(taskId) : undefined;
      terminal.stdout.write(`${JSON.stringify(result ? { ...view, result } : view, null, 2)}\n`);
    });
  tasks
    .command('watch <task>')
    .description(`follow a task to its end; exit code ${exitCodes.taskFailed} when it fails`)
    .action(async (taskId: string, _: unknown, command: Command) => watch(taskId, withSession(command)));
  tasks
    .command('cancel <task>')
    .description('end a task')
    .action(async (taskId: string, _: unknown, command: Command) => {
      const { client, terminal, json } = withSession(command);
      const view = await client.tasks.cancel(taskId);
      terminal.stdout.write(json ? `${JSON.stringify(view, null, 2)}\n` : `${taskId} is ${view.state}.\n`);
    });
  return tasks;
}

async function list(flags: ListFlags, { client, terminal, json }: Session): Promise<void> {
  const filter = {
    limit: Math.min(200, flags.limit),
    ...(flags.state ? { state: flags.state as TaskView['state'] } : {}),
    ...(flags.model ? { model: flags.model } : {}),
  };
  const { tasks } = await client.tasks.list(filter);
  if (json) return void terminal.stdout.write(`${JSON.stringify(tasks, null, 2)}\n`);
  const rows = tasks.map((task) => [
    task.taskId,
    task.state === 'failed' ? pc.red(task.state) : task.state,
    task.kind,
    task.model,
    task.createdAt.replace('T', ' ').slice(0, 19),
    task.timings.totalMs === undefined ? '' : `${Math.round(task.timings.totalMs)}`,
    task.error?.code ?? '',
  ]);
  terminal.stdout.write(
    tasks.length === 0
      ? 'No tasks.\n'
      : table(['task', 'state', 'kind', 'model', 'created (UTC)', 'ms', 'error'], rows, ['ms']),
  );
}

async function watch(taskId: string, session: Session): Promise<void> {
  const { client, terminal, json, signal } = session;
  const progress = openProgress(session, 'running');
  try {
    for await (const event of client.tasks.events(taskId, { signal })) {
      if (json) terminal.stdout.write(`${JSON.stringify(event)}\n`);
      else if (event.type === 'progress') {
        const { done, total, note } = event.data as { done: number; total: number | null; note: string };
        progress.show(done, total ?? done, note);
      } else terminal.stdout.write(`${event.at.slice(11, 23)}  ${event.type}\n`);
    }
  } finally {
    progress.end();
  }
  const view = await client.tasks.get(taskId);
  if (view.state !== 'succeeded')
    throw new TaskFailedError(`Task ${taskId} ${view.state}${view.error ? `: ${view.error.text}` : ''}`);
}
