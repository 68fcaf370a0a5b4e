import { readdirSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { AppError, type Log } from '@tessera/base';
import { modelClassOf } from '@tessera/contracts';
import type { Jobs, NewModel } from '@tessera/jobs';
import { describeFolder } from './describe-new.ts';

const deepest = 3;

/**
 * Registers every folder below `folder` that holds a config.json and is not in the catalogue yet, under its
 * path ("tessera/sentiment-en"). Entries that are there stay as they are, so that what was configured
 * survives a restart.
 */
export async function registerFolders(options: {
  readonly folder: string;
  readonly jobs: Pick<Jobs, 'catalogue'>;
  readonly log: Log;
}): Promise<void> {
  for (const path of modelFolders(options.folder, deepest)) {
    const identifier = relative(options.folder, path).split(sep).join('/') || basename(path);
    if (await options.jobs.catalogue.read(identifier)) continue;
    try {
      await options.jobs.catalogue.create(await newModel(identifier, path));
      options.log.info({ model: identifier, path }, 'registered a model folder');
    } catch (error) {
      // Two hosts may start at once; one of them wins.
      if (error instanceof AppError && error.code === 'MODEL_EXISTS') continue;
      options.log.warn(
        { model: identifier, path, err: error },
        'this folder is not a model and was left out',
      );
    }
  }
}

async function newModel(identifier: string, path: string): Promise<NewModel> {
  const { tasks, labels, isEncoderDecoder, modelType, warnings } = await describeFolder(path, identifier);
  return {
    identifier,
    source: { kind: 'folder', path },
    modelType,
    modelName: identifier,
    modelClass: modelClassOf[tasks[0] ?? 'embedding'],
    tasks: [...tasks],
    labels: { ...labels },
    isEncoderDecoder,
    warnings: [...warnings],
  };
}

function modelFolders(folder: string, depth: number): string[] {
  const entries = list(folder);
  if (entries.includes('config.json')) return [folder];
  if (depth === 0) return [];
  return entries
    .map((name) => join(folder, name))
    .filter(isFolder)
    .flatMap((path) => modelFolders(path, depth - 1));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
