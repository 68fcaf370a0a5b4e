import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import type { LauncherConfig } from './config.ts';

interface ListedModel {
  readonly identifier: string;
  readonly tasks: readonly string[];
  readonly state: string;
  readonly error: string | null;
}

interface AddedModel extends ListedModel {
  readonly labels: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** `npm run model -- list | add | remove`: the catalogue of a running Tessera, from the terminal. */
export function manageModels(config: LauncherConfig): Command {
  const command = new Command('model').description('list, add or remove models of a running Tessera');
  command.option('--url <url>', 'where it runs', `http://127.0.0.1:${config.port ?? 8000}`);
  const api = (path: string, init: RequestInit = {}): Promise<unknown> =>
    call(`${String(command.opts().url)}/v1/models${path}`, init, config.environment.TESSERA_API_KEY);

  command
    .command('list')
    .description('print the models there are')
    .action(async () => {
      const { models } = (await api('')) as { models: readonly ListedModel[] };
      const width = Math.max(...models.map((model) => model.identifier.length), 10);
      for (const model of models)
        console.log(
          `${model.identifier.padEnd(width)}  ${model.state.padEnd(10)}  ${model.error ?? model.tasks.join(', ')}`,
        );
    });

  command
    .command('add <source>')
    .description('register a folder, or a repository of the hub host as owner/name')
    .option('--as <identifier>', 'name under which it is served')
    .option('--revision <revision>', 'branch, tag or commit of a hub repository', 'main')
    .option('--type <type>', 'onnx or sentence-transformer; left out: what the folder says')
    .action(async (source: string, options: { as?: string; revision: string; type?: string }) => {
      const folder = folderOf(source, config.environment.INIT_CWD ?? process.cwd());
      const body = {
        identifier: options.as ?? (folder ? basename(folder) : source),
        source: folder
          ? { kind: 'folder', path: folder }
          : { kind: 'hub', repository: source, revision: options.revision },
        ...(options.type && { modelType: options.type }),
      };
      const headers = { 'content-type': 'application/json' };
      const model = (await api('', { method: 'POST', headers, body: JSON.stringify(body) })) as AddedModel;
      console.log(`${model.identifier} is registered.`);
      if (model.tasks.length === 0) console.log('Its files are read when it is first asked for.');
      else console.log(`tasks: ${model.tasks.join(', ')}`);
      const labels = Object.values(model.labels);
      if (labels.length > 0) console.log(`labels: ${labels.join(', ')}`);
      for (const warning of model.warnings) console.log(`warning: ${warning}`);
    });

  command
    .command('remove <identifier>')
    .description('take a model out of the catalogue; its files stay')
    .action(async (identifier: string) => {
      await api(`/${identifier}`, { method: 'DELETE' });
      console.log(`${identifier} is removed.`);
    });
  return command;
}

/**
 * The folder that is meant, seen from where the person stands (npm moves scripts to the repository's root);
 * null for a repository of the hub. Throws Error for a path where nothing is.
 */
export function folderOf(source: string, standing: string): string | null {
  const path = resolve(standing, source);
  if (existsSync(path)) return path;
  const looksLikePath = /^(\.|~|\/|[A-Za-z]:[\\/])/.test(source) || source.split(/[\\/]/).length > 2;
  if (looksLikePath) throw new Error(`${path} is not there. Give a folder, or owner/name of the hub host.`);
  return null;
}

async function call(url: string, init: RequestInit, key: string | undefined): Promise<unknown> {
  const headers = { ...init.headers, ...(key && { authorization: `Bearer ${key}` }) };
  const response = await fetch(url, { ...init, headers }).catch((error: Error) => {
    throw new Error(`${url} cannot be reached (${error.message}). Is "npm start" running? --url says where.`);
  });
  const text = await response.text();
  if (!response.ok) throw new Error((JSON.parse(text) as { detail?: string }).detail ?? text);
  return text ? (JSON.parse(text) as unknown) : null;
}
