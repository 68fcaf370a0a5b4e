import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@tessera/base';
import { readSafetensors, type StoredTensor } from '@tessera/onnx';
import { readTorchFile } from './torch-file.ts';

/** Where a module of a folder keeps its weights, best first. */
export const weightFiles = ['model.safetensors', 'pytorch_model.bin'] as const;

/**
 * The tensors of `<folder>/<path>/model.safetensors`, else of its pytorch_model.bin.
 * Throws MODEL_LOAD_FAILED naming the file.
 */
export async function readWeights(
  folder: string,
  path: string,
  model: string,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const fail = (reason: string, cause?: unknown): AppError =>
    new AppError('MODEL_LOAD_FAILED', { detail: { model, reason: `${path} ${reason}` }, cause });
  for (const file of weightFiles) {
    const bytes = await readFile(join(folder, path, file)).catch(() => null);
    if (bytes === null) continue;
    try {
      return file === 'model.safetensors' ? readSafetensors(bytes) : readTorchFile(bytes);
    } catch (cause) {
      throw fail(`${file} cannot be read (${(cause as Error).message})`, cause);
    }
  }
  throw fail(`has no ${weightFiles.join(' and no ')}`);
}
