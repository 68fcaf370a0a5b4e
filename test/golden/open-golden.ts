import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { silentLog, systemClock } from '@tessera/base';
import { type OpenRuntime, openRuntime } from '@tessera/serving';

const root = resolve(import.meta.dirname, '../..');

/** Opens the model of a golden file as it was for PyTorch: float32 on the CPU, with a cache of its own. */
export async function openGolden(
  golden: { readonly model: string; readonly folder: string },
  batchSize: number,
): Promise<OpenRuntime> {
  return openRuntime({
    identifier: golden.model,
    folder: join(root, golden.folder),
    cacheFolder: await mkdtemp(join(tmpdir(), 'tessera-golden-')),
    threads: 1,
    gpu: null,
    requireGpu: false,
    quantised: false,
    batchSize,
    clock: systemClock,
    log: silentLog,
  });
}
