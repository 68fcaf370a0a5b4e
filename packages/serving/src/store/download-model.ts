import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { AppError } from '@tessera/base';
import { externalFilesOf, withExternalFiles } from './external-files.ts';
import { type FileProgress, fetchFile } from './fetch-file.ts';
import { candidateOnnx, findOnnx, type OnnxChoice } from './find-onnx.ts';
import { failure, type HubClient, type HubListing, type HubRepository } from './hub-client.ts';
import {
  inside,
  neededGraphs,
  optionalFiles,
  requiredFiles,
  sideFiles,
  vocabularyFiles,
} from './hub-files.ts';
import { asFolderName, checkHubName } from './hub-names.ts';
import { transformerPath } from './sentence/read-modules.ts';

export interface DownloadOptions {
  readonly hub: HubClient;
  /** Downloads are kept here: <repository>/<commit>/… */
  readonly cacheFolder: string;
  /** The ONNX file to run; see {@link OnnxChoice}. */
  readonly file?: string | undefined;
  readonly onProgress?: (progress: FileProgress) => void;
}

/**
 * The folder of a hub model, downloaded unless the cache has it whole: every file that its graphs name. A
 * revision that moved is downloaded anew; a hub that cannot be reached does not matter when the revision was
 * downloaded before. Throws INPUT_INVALID, MODEL_FILES_MISSING, MODEL_DOWNLOAD_FAILED.
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
  if (known === commit && (await isWhole(folder, of.model, options.file))) return folder;
  await mkdir(folder, { recursive: true });
  const fetching = {
    hub: options.hub,
    folder,
    chosen: options.file,
    onProgress: options.onProgress ?? (() => undefined),
  };
  // Files of one commit belong together, so they are asked for by commit.
  if (listing) await fetchListed({ ...of, revision: commit }, listing, fetching);
  else await fetchUnlisted(of, fetching);
  await writeFile(pointer, commit);
  return folder;
}

interface Fetching {
  readonly hub: HubClient;
  readonly folder: string;
  readonly chosen?: string | undefined;
  readonly onProgress: (progress: FileProgress) => void;
}

async function isWhole(folder: string, model: string, file: string | undefined): Promise<boolean> {
  try {
    const onnx = await findOnnx(folder, model, file);
    const graphs = onnx.kind === 'single' ? [onnx.model] : [onnx.encoder, onnx.decoder];
    for (const graph of graphs) await withExternalFiles(join(folder, graph), model);
    return true;
  } catch {
    return false;
  }
}

async function fetchListed(of: HubRepository, listing: HubListing, into: Fetching): Promise<void> {
  const fetch = async (file: string): Promise<void> => {
    if (!(await fetchFile(into.hub, of, { ...into, file }))) throw missing(of, file);
  };
  if (listing.files.includes('modules.json')) await fetch('modules.json');
  const inner = await transformerPath(into.folder, of.model);
  const graphs = await neededGraphs(listing, of.model, { file: into.chosen, inner });
  for (const file of [...sideFiles(listing, inner), ...graphs]) await fetch(file);
  for (const graph of graphs) await fetchExternal(graph, of, into);
}

/** The files that a graph names, which is there already. */
async function fetchExternal(graph: string, of: HubRepository, into: Fetching): Promise<void> {
  for (const location of externalFilesOf(join(into.folder, graph), of.model)) {
    const file = posix.join(dirname(graph), location);
    if (!(await fetchFile(into.hub, of, { ...into, file }))) throw missing(of, file);
  }
}

/** A host that lists nothing is asked for every file by name. */
async function fetchUnlisted(of: HubRepository, into: Fetching): Promise<void> {
  const fetch = (file: string): Promise<boolean> => fetchFile(into.hub, of, { ...into, file });
  for (const file of optionalFiles) await fetch(file);
  const inner = await transformerPath(into.folder, of.model);
  for (const name of requiredFiles) {
    const file = inside(inner, name);
    if (await fetch(file)) continue;
    if (name === 'config.json')
      throw failure(of, `the hub has no ${of.repository} at revision ${of.revision}`);
    if (!(await fetchVocabulary(inner, fetch))) throw missing(of, file);
  }
  if (inner !== '') for (const file of optionalFiles) await fetch(inside(inner, file));
  await fetchModules(into.folder, fetch);
  const graphs = await fetchGraphs({ file: into.chosen, inner }, fetch);
  if (graphs === null) throw missing(of, into.chosen ?? 'onnx/model.onnx');
  for (const graph of graphs) await fetchExternal(graph, of, into);
}

/** Whatever a tokenizer can be built of; false when there is nothing. */
async function fetchVocabulary(inner: string, fetch: (file: string) => Promise<boolean>): Promise<boolean> {
  let some = false;
  for (const file of vocabularyFiles) if (await fetch(inside(inner, file))) some = true;
  return some;
}

/** The first candidate of which every part is there, in one of its places. */
async function fetchGraphs(
  choice: OnnxChoice,
  fetch: (file: string) => Promise<boolean>,
): Promise<readonly string[] | null> {
  const firstOf = async (names: readonly string[]): Promise<string | null> => {
    for (const name of names) if (await fetch(name)) return name;
    return null;
  };
  let decoderAlone: string | null = null;
  for (const parts of candidateOnnx(choice)) {
    const found: string[] = [];
    for (const names of parts) {
      const file = await firstOf(names);
      if (file === null) break;
      found.push(file);
    }
    if (found.length === parts.length) return found;
    decoderAlone ??= found[0] ?? null;
  }
  return decoderAlone === null ? null : [decoderAlone];
}

/** The folders that modules.json names. */
async function fetchModules(folder: string, fetch: (file: string) => Promise<boolean>): Promise<void> {
  const text = await readFile(join(folder, 'modules.json'), 'utf8').catch(() => '[]');
  for (const path of [...text.matchAll(/"path"\s*:\s*"(\w+)"/g)].map((match) => match[1]!)) {
    await fetch(`${path}/config.json`);
    if (!(await fetch(`${path}/model.safetensors`))) await fetch(`${path}/pytorch_model.bin`);
  }
}

function missing(of: HubRepository, file: string): AppError {
  return new AppError('MODEL_FILES_MISSING', { detail: { model: of.model, file } });
}
