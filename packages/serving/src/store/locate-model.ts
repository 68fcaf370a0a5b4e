import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, type Log } from '@tessera/base';
import type { ModelSource } from '@tessera/contracts';
import { downloadModel } from './download-model.ts';
import type { FileProgress } from './fetch-file.ts';
import { findOnnx } from './find-onnx.ts';
import { type HubAddress, hubClient } from './hub-client.ts';

export interface LocateModelOptions {
  readonly identifier: string;
  readonly source: ModelSource;
  readonly hub: HubAddress;
  /** Downloads are kept here. */
  readonly cacheFolder: string;
  readonly log: Log;
  readonly onProgress?: (progress: FileProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * The folder on this machine that holds a model: the one it names, or the cache after a download.
 * Throws MODEL_FILES_MISSING, MODEL_DOWNLOAD_FAILED, INPUT_INVALID.
 */
export async function locateModel(options: LocateModelOptions): Promise<string> {
  const { identifier, source, log, onProgress } = options;
  if (source.kind === 'folder') {
    const found = await stat(source.path).catch(() => null);
    if (found?.isDirectory()) return source.path;
    throw new AppError('MODEL_FILES_MISSING', {
      detail: { model: identifier, file: 'folder on this machine' },
    });
  }
  const { repository, revision } = source;
  return downloadModel(
    { model: identifier, repository, revision },
    {
      hub: hubClient(options.hub, options.signal),
      cacheFolder: options.cacheFolder,
      file: source.file,
      onProgress: (progress) => {
        onProgress?.(progress);
        if (progress.receivedBytes === progress.totalBytes)
          log.info(
            { model: identifier, file: progress.file, bytes: progress.totalBytes },
            'model file downloaded',
          );
      },
    },
  );
}

/** sha256 of a model's ONNX files, in hex. Throws MODEL_FILES_MISSING. */
export async function hashModel(folder: string, identifier: string): Promise<string> {
  const files = await findOnnx(folder, identifier);
  const names = files.kind === 'single' ? [files.model] : [files.encoder, files.decoder];
  return hashFile(...names.map((file) => join(folder, file)));
}

/** sha256 of files, one after the other, in hex. Throws what reading throws. */
export async function hashFile(...paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
