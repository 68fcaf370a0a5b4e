import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@tessera/base';
import { type FileProgress, fetchFile } from './fetch-file.ts';
import { failure, type HubClient, type HubListing, type HubRepository } from './hub-client.ts';
import { externalDataOf, graphCandidates, neededFiles, optionalFiles, requiredFiles } from './hub-files.ts';
import { asFolderName, checkHubName } from './hub-names.ts';

export interface DownloadOptions {
  readonly hub: HubClient;
  /** Downloads are kept here: <repository>/<commit>/… */
  readonly cacheFolder: string;
  readonly onProgress?: (progress: FileProgress) => void;
}

/**
 * The folder of a hub model, downloaded unless the cache has it whole. A revision that moved is downloaded anew; a hub that
 * cannot be reached does not matter when the revision was downloaded before.
 * Throws INPUT_INVALID, MODEL_FILES_MISSING, MODEL_DOWNLOAD_FAILED.
 */
export async function downloadModel(of: HubRepository, options: DownloadOptions): Promise<string> {
  checkHubName(of.repository, of.revision);
  const home = join(options.cacheFolder, asFolderName(of.repository));
  const pointer = join(home, `${asFolderName(of.revision)}.revision`);
  const known = await readFile(pointer, 'utf8').catch(() => null);
  let listing: HubListing | null;
  try {
    listing = await options.hub.list(of);
  } catch (error) {
    if (known === null) throw error;
    return join(home, known);
  }
  const commit = listing?.commit ?? asFolderName(of.revision);
  const folder = join(home, commit);
  if (known === commit) return folder;
  await mkdir(folder, { recursive: true });
  const fetching = { ...options, folder, onProgress: options.onProgress ?? (() => undefined) };
  // Files of one commit belong together, so they are asked for by commit.
  if (listing) await fetchListed({ ...of, revision: commit }, listing, fetching);
  else await fetchUnlisted(of, fetching);
  await writeFile(pointer, commit);
  return folder;
}

interface Fetching {
  readonly hub: HubClient;
  readonly folder: string;
  readonly onProgress: (progress: FileProgress) => void;
}

async function fetchListed(
  of: HubRepository,
  listing: HubListing,
  { hub, ...into }: Fetching,
): Promise<void> {
  for (const file of await neededFiles(listing, of.model))
    if (!(await fetchFile(hub, of, { file, ...into }))) throw missing(of, file);
}

/** A host that lists nothing is asked for every file by name. */
async function fetchUnlisted(of: HubRepository, { hub, ...into }: Fetching): Promise<void> {
  const fetch = (file: string): Promise<boolean> => fetchFile(hub, of, { file, ...into });
  for (const file of requiredFiles)
    if (!(await fetch(file))) {
      if (file === 'config.json')
        throw failure(of, `the hub has no ${of.repository} at revision ${of.revision}`);
      throw missing(of, file);
    }
  for (const file of optionalFiles) await fetch(file);
  await fetchModules(into.folder, fetch);
  const firstOf = async (names: readonly string[]): Promise<string | null> => {
    for (const name of names) if (await fetch(name)) return name;
    return null;
  };
  const { single, pair } = graphCandidates();
  const graphs = [await firstOf(single)];
  if (graphs[0] === null) graphs.splice(0, 1, ...(await Promise.all(pair.map(firstOf))));
  for (const graph of graphs) {
    if (graph === null) throw missing(of, 'onnx/model.onnx');
    for (const data of externalDataOf(graph)) await fetch(data);
  }
}

/** The folders that modules.json names. */
async function fetchModules(folder: string, fetch: (file: string) => Promise<boolean>): Promise<void> {
  const text = await readFile(join(folder, 'modules.json'), 'utf8').catch(() => '[]');
  for (const path of [...text.matchAll(/"path"\s*:\s*"(\w+)"/g)].map((match) => match[1]!)) {
    await fetch(`${path}/config.json`);
    await fetch(`${path}/model.safetensors`);
  }
}

function missing(of: HubRepository, file: string): AppError {
  return new AppError('MODEL_FILES_MISSING', { detail: { model: of.model, file } });
}
