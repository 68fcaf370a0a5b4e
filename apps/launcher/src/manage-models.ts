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
    .option('--type <type>', 'onnx or sentence-transformer', 'onnx')
    .action(async (source: string, options: { as?: string; revision: string; type: string }) => {
      const isFolder = existsSync(resolve(source));
      const body = {
        identifier: options.as ?? (isFolder ? basename(resolve(source)) : source),
        source: isFolder
          ? { kind: 'folder', path: resolve(source) }
          : { kind: 'hub', repository: source, revision: options.revision },
        modelType: options.type,
      };
      const headers = { 'content-type': 'application/json' };
      const model = (await api('', { method: 'POST', headers, body: JSON.stringify(body) })) as ListedModel;
      console.log(`${model.identifier} is registered; its files are read when it is first asked for.`);
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

async function call(url: string, init: RequestInit, key: string | undefined): Promise<unknown> {
  const headers = { ...init.headers, ...(key && { authorization: `Bearer ${key}` }) };
  const response = await fetch(url, { ...init, headers }).catch((error: Error) => {
    throw new Error(`${url} cannot be reached (${error.message}). Is "npm start" running? --url says where.`);
  });
  const text = await response.text();
  if (!response.ok) throw new Error((JSON.parse(text) as { detail?: string }).detail ?? text);
  return text ? (JSON.parse(text) as unknown) : null;
}
