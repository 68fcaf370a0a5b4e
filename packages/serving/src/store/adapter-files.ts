import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@tessera/base';
import type { AdapterFiles } from '../graph/graph-jobs.ts';
import { fetchFile } from './fetch-file.ts';
import { type HubAddress, hubClient } from './hub-client.ts';
import { asFolderName, checkHubName } from './hub-names.ts';
import { hashFile } from './locate-model.ts';

/** The files of a PEFT adapter. */
export const adapterFileNames = {
  config: 'adapter_config.json',
  weights: 'adapter_model.safetensors',
} as const;

export interface AdapterPlaces {
  readonly model: string;
  /** The model's folder; its own adapters lie in `adapters/<name>`. */
  readonly modelFolder: string;
  /** Where other adapters are downloaded from; null when only local ones may be used. */
  readonly hub: HubAddress | null;
  readonly cacheFolder: string;
}

/**
 * Finds an adapter by name: in the model's folder, else on the hub (revision main).
 * Throws ADAPTER_UNFIT when it is nowhere, MODEL_DOWNLOAD_FAILED.
 */
export async function locateAdapter(name: string, places: AdapterPlaces): Promise<AdapterFiles> {
  const unfit = (problem: string): AppError =>
    new AppError('ADAPTER_UNFIT', {
      detail: { field: 'adapters', adapter: name, model: places.model, problem },
    });
  try {
    checkHubName(name, 'main');
  } catch {
    throw unfit('the name is not of the form "adapter" or "owner/adapter".');
  }
  const local = join(places.modelFolder, 'adapters', name);
  if (await isThere(join(local, adapterFileNames.config))) return { name, folder: local };
  if (!places.hub) throw unfit(`the model's folder has no adapters/${name}.`);
  const folder = join(places.cacheFolder, 'adapters', asFolderName(name));
  const hub = hubClient(places.hub);
  const of = { model: places.model, repository: name, revision: 'main' };
  for (const file of Object.values(adapterFileNames))
    if (!(await fetchFile(hub, of, { file, folder, onProgress: () => undefined })))
      throw unfit(`neither the model's folder nor ${hub.origin} has its ${file}.`);
  return { name, folder };
}

/**
 * Tells sets of adapters apart by their bytes; the order does not matter, because all have the same share.
 */
export async function hashAdapters(adapters: readonly AdapterFiles[]): Promise<string> {
  const hashes = await Promise.all(
    adapters.map(({ folder }) =>
      hashFile(...Object.values(adapterFileNames).map((file) => join(folder, file))),
    ),
  );
  return createHash('sha256').update(hashes.toSorted().join()).digest('hex');
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
