import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeDeadSpares } from './spare-files.ts';

/** Graphs of a model that was not opened for so long are made again should it come back. */
const keepMs = 30 * 24 * 60 * 60 * 1000;
/** Whoever still writes a draft has touched it since. */
const keepDraftMs = 24 * 60 * 60 * 1000;

/**
 * Removes what nobody will use from the graph cache below `cacheFolder`: graphs of models that were not
 * opened for thirty days (changed models and older formats among them), and drafts that a killed process left
 * behind. A running process that misses a file makes it again. Spare files of dead processes in the temporary
 * folder go, too.
 *
 * @returns names of what was removed
 */
export async function tidyGraphCache(cacheFolder: string, nowMs: number): Promise<string[]> {
  const graphs = join(cacheFolder, 'graphs');
  const removed = await removeDeadSpares();
  const olderThan = async (path: string, ms: number): Promise<boolean> =>
    nowMs -
      (await stat(path)
        .catch(() => null)
        .then((found) => found?.mtimeMs ?? nowMs)) >
    ms;
  for (const name of await namesIn(graphs)) {
    const folder = join(graphs, name);
    const unused = await olderThan(folder, keepMs);
    const drafts = unused ? [] : (await namesIn(folder)).filter((file) => isDraft.test(file));
    for (const path of unused ? [folder] : drafts.map((file) => join(folder, file))) {
      if (!unused && !(await olderThan(path, keepDraftMs))) continue;
      await rm(path, { recursive: true, force: true });
      removed.push(path.slice(graphs.length + 1));
    }
  }
  return removed;
}

/** Drafts are named by a UUID; finished files by what they are. */
const isDraft = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(draft|onnx)/;

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
