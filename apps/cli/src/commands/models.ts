import { basename, resolve } from 'node:path';
import type { ModelEntry, ModelPatch, NewModel } from '@tessera/contracts';
import { Command } from 'commander';
import pc from 'picocolors';
import type { Session, WithSession } from '../connection.ts';
import { UsageError } from '../failure.ts';
import { wholeNumber } from '../input/options.ts';
import { table } from '../print/table.ts';
import { loadModel } from './load-model.ts';

interface AddFlags {
  readonly as?: string;
  readonly revision: string;
  readonly type?: string;
}

/** `tessera models list | show | add | remove | update | load | scale`. */
export function modelsCommand(withSession: WithSession): Command {
  const models = new Command('models').description('the models that are served');
  models
    .command('list')
    .description('every model, its state and what it does')
    .action(async (_: unknown, command: Command) => list(withSession(command)));
  models
    .command('show <model>')
    .description('everything that is known of a model')
    .action(async (identifier: string, _: unknown, command: Command) => {
      const session = withSession(command);
      session.terminal.stdout.write(
        `${JSON.stringify(await session.client.models.get(identifier), null, 2)}\n`,
      );
    });
  models
    .command('add <source>')
    .description('serve a folder, or a repository of the hub host as owner/name')
    .option('--as <identifier>', 'name under which it is served')
    .option('--revision <revision>', 'branch, tag or commit of a hub repository', 'main')
    .option('--type <type>', 'onnx or sentence-transformer; left out: what the folder says')
    .action(async (source: string, flags: AddFlags, command: Command) =>
      add(source, flags, withSession(command)),
    );
  models
    .command('remove <model>')
    .description('stop serving a model; its files stay')
    .action(async (identifier: string, _: unknown, command: Command) => {
      const session = withSession(command);
      await session.client.models.remove(identifier);
      say(session, { identifier, removed: true }, `${identifier} is removed.`);
    });
  models
    .command('update <model>')
    .description('change limits of a model; the next batch sees them')
    .option('--batch-size <rows>', 'rows in one batch at the most', wholeNumber(1))
    .option('--max-input <items>', 'items in one request at the most', wholeNumber(1))
    .option('--gpu', 'use a GPU where there is one')
    .option('--no-gpu', 'run on the CPU')
    .action(
      async (
        identifier: string,
        flags: { batchSize?: number; maxInput?: number; gpu?: boolean },
        command: Command,
      ) => {
        const patch: ModelPatch = {
          ...(flags.batchSize === undefined ? {} : { batchSize: flags.batchSize }),
          ...(flags.maxInput === undefined ? {} : { maxInput: flags.maxInput }),
          ...(flags.gpu === undefined ? {} : { disableGpu: !flags.gpu }),
        };
        if (Object.keys(patch).length === 0) throw new UsageError('Nothing to change: give an option.');
        await change(identifier, patch, withSession(command));
      },
    );
  models
    .command('load <model>')
    .description('load a model now and wait until it answers')
    .action(async (identifier: string, _: unknown, command: Command) =>
      loadModel(identifier, withSession(command)),
    );
  models
    .command('scale <model> <replicas>')
    .description('how many processes serve a model')
    .action(async (identifier: string, replicas: string, _: unknown, command: Command) =>
      change(identifier, { replicas: wholeNumber(0)(replicas) }, withSession(command)),
    );
  return models;
}

async function list(session: Session): Promise<void> {
  const models = await session.client.models.list();
  const rows = models.map((model) => [
    model.identifier,
    model.state === 'failed' ? pc.red(model.state) : model.state,
    model.tasks.join(', ') || '–',
    String(model.replicas),
    model.error ?? model.warnings[0] ?? '',
  ]);
  say(session, models, table(['model', 'state', 'tasks', 'replicas', 'note'], rows, ['replicas']).trimEnd());
}

async function add(source: string, flags: AddFlags, session: Session): Promise<void> {
  const folder = folderOf(source, session);
  const model = {
    identifier: flags.as ?? (folder ? basename(folder) : source),
    source: folder
      ? { kind: 'folder', path: folder }
      : { kind: 'hub', repository: source, revision: flags.revision },
    ...(flags.type ? { modelType: flags.type } : {}),
  } as NewModel;
  await session.client.models.create(model);
  await loadModel(model.identifier, session);
}

/**
 * "owner/name" is a repository; what begins like a path, or lies here, is one. Paths are meant from where the
 * person stands.
 */
function folderOf(source: string, { terminal }: Session): string | null {
  const looksLikePath = /^(\.|~|\/|[A-Za-z]:[\\/])/.test(source) || source.split(/[\\/]/).length > 2;
  const isName = /^[\w.-]+\/[\w.-]+$/.test(source);
  if (!looksLikePath && isName) return null;
  return resolve(terminal.cwd(), source);
}

async function change(identifier: string, patch: ModelPatch, session: Session): Promise<void> {
  const model = await session.client.models.update(identifier, patch);
  const changed = Object.keys(patch) as (keyof ModelPatch & keyof ModelEntry)[];
  say(
    session,
    model,
    `${identifier}: ${changed.map((name) => `${name} ${String(model[name])}`).join(', ')}.`,
  );
}

function say({ terminal, json }: Session, value: unknown, text: string): void {
  terminal.stdout.write(`${json ? JSON.stringify(value, null, 2) : text}\n`);
}
