import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@tessera/base';
import { failure, type HubClient, type HubRepository } from './hub-client.ts';
import { mostBytesOf } from './hub-limits.ts';

export interface FileProgress {
  readonly file: string;
  readonly receivedBytes: number;
  /** null when the hub does not say. */
  readonly totalBytes: number | null;
}

/**
 * Connections that may break in one file before the download fails; each goes on where the last one ended.
 */
const attempts = 5;

/**
 * Brings one file into `folder`: into `<file>.partial` first, going on where an earlier try ended (as long as
 * the hub still has the same version), then under its own name, so that a file that has its name is whole.
 * False when the hub does not have it. Throws MODEL_DOWNLOAD_FAILED.
 */
export async function fetchFile(
  hub: HubClient,
  of: HubRepository,
  {
    file,
    folder,
    onProgress,
  }: { file: string; folder: string; onProgress: (progress: FileProgress) => void },
): Promise<boolean> {
  const target = join(folder, file);
  if (await sizeOf(target)) return true;
  const partial = `${target}.partial`;
  await mkdir(dirname(target), { recursive: true });
  for (let attempt = 1; ; attempt++) {
    try {
      const etag = await fetchRest(hub, of, { file, partial, onProgress });
      if (etag === 'absent') return false;
      await verify(partial, etag, (reason) => failure(of, `${file} ${reason}`));
      await rename(partial, target);
      await rm(`${partial}.etag`, { force: true });
      return true;
    } catch (error) {
      if (error instanceof AppError || attempt === attempts)
        throw error instanceof AppError
          ? error
          : failure(of, `${file} broke off (${(error as Error).message})`, error);
    }
  }
}

async function fetchRest(
  hub: HubClient,
  of: HubRepository,
  {
    file,
    partial,
    onProgress,
  }: { file: string; partial: string; onProgress: (progress: FileProgress) => void },
): Promise<string | null | 'absent'> {
  const known = await readFile(`${partial}.etag`, 'utf8').catch(() => null);
  const from = known === null ? 0 : ((await sizeOf(partial)) ?? 0);
  const opened = await hub.open(of, file, { from, etag: known });
  if (opened === null) return 'absent';
  const { isRest, etag, totalBytes, body } = opened;
  const mostBytes = mostBytesOf(file, hub.limits);
  const tooLarge = async (): Promise<never> => {
    // What is there would only be continued by the next try.
    await Promise.all([partial, `${partial}.etag`].map((path) => rm(path, { force: true })));
    throw failure(of, `${file} is larger than ${mostBytes} bytes`);
  };
  if (totalBytes !== null && totalBytes > mostBytes) await tooLarge();
  if (etag !== null) await writeFile(`${partial}.etag`, etag);
  let receivedBytes = isRest ? from : 0;
  onProgress({ file, receivedBytes, totalBytes });
  // Written chunk by chunk, so that what came before a connection breaks is on disk.
  const into = await open(partial, isRest ? 'a' : 'w');
  try {
    for await (const chunk of body) {
      await into.writeFile(chunk);
      receivedBytes += chunk.length;
      if (receivedBytes > mostBytes) await tooLarge();
      onProgress({ file, receivedBytes, totalBytes });
    }
  } finally {
    await into.close();
  }
  if (totalBytes !== null && receivedBytes !== totalBytes)
    throw new Error(`${receivedBytes} of ${totalBytes} bytes came`);
  return etag;
}

/**
 * The hub's etags are hashes: sha256 of large files, git's blob hash (sha1) of small ones. Others are not
 * checked.
 */
async function verify(path: string, etag: string | null, fail: (reason: string) => AppError): Promise<void> {
  const size = (await sizeOf(path)) ?? 0;
  let hash: Hash | null = null;
  if (/^[0-9a-f]{64}$/.test(etag ?? '')) hash = createHash('sha256');
  else if (/^[0-9a-f]{40}$/.test(etag ?? '')) hash = createHash('sha1').update(`blob ${size}\0`);
  if (!hash) return;
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  if (hash.digest('hex') === etag) return;
  // A partial file that is wrong would be continued for ever.
  await rm(path, { force: true });
  throw fail('does not have the hash that the hub promised; it was removed, load the model again');
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => found.size,
    () => null,
  );
}
