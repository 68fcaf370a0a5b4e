import { AppError } from '@tessera/base';
import type { GraphCache } from './graph/graph-cache.ts';
import type { ModelPart } from './model-part.ts';
import type { AdapterChoice } from './ports.ts';
import { type AdapterPlaces, hashAdapters, locateAdapter } from './store/adapter-files.ts';

/** Sets of adapters whose merged weights stay loaded; each is the size of the model. */
const openAtMost = 2;

export interface AdaptedPartsOptions extends AdapterPlaces {
  readonly cache: GraphCache;
  /** Opens a merged file; `hash` tells its adapters apart. */
  open(path: string, hash: string): Promise<ModelPart>;
}

export interface AdaptedParts {
  /**
   * Finds and merges the adapters; the answer names the merged file and lends the part with its weights, which is loaded on
   * first use and again after it had to make room.
   * Throws INPUT_INVALID, ADAPTER_UNFIT, MODEL_DOWNLOAD_FAILED.
   */
  find(choice: AdapterChoice): Promise<{ readonly path: string; readonly lend: LendPart }>;
}

/** Lends a part for as long as `use` runs. */
export type LendPart = <T>(use: (part: ModelPart) => Promise<T>) => Promise<T>;

interface OpenPart {
  readonly part: Promise<ModelPart>;
  users: number;
}

/** Keeps the weights with adapters of one model. */
export function keepAdaptedParts(options: AdaptedPartsOptions): AdaptedParts {
  const { model, cache } = options;
  /** In order of last use. */
  const open = new Map<string, OpenPart>();

  const makeRoom = async (): Promise<void> => {
    for (const [hash, entry] of open) {
      if (open.size <= openAtMost) return;
      if (entry.users > 0) continue;
      open.delete(hash);
      await (await entry.part).close();
    }
  };

  const lend =
    (hash: string, path: string): LendPart =>
    async (use) => {
      const entry = open.get(hash) ?? { part: options.open(path, hash), users: 0 };
      open.delete(hash);
      open.set(hash, entry);
      entry.users++;
      try {
        return await use(await entry.part);
      } finally {
        entry.users--;
        if (await isBroken(entry.part)) open.delete(hash);
        await makeRoom();
      }
    };

  return {
    async find({ names, average }) {
      if (names.length > 1 && !average) {
        const problem = 'must be true when several adapters are named: their merged weights are averaged';
        throw new AppError('INPUT_INVALID', { detail: { field: 'averageAdapters', problem } });
      }
      const adapters = await Promise.all(names.map((name) => locateAdapter(name, options)));
      const hash = await hashAdapters(adapters);
      const { path } = await cache.merge(adapters, hash).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code !== 'ADAPTER_UNFIT') throw error;
        throw new AppError('ADAPTER_UNFIT', { detail: { ...error.detail, model }, cause: error });
      });
      return { path, lend: lend(hash, path) };
    },
  };
}

function isBroken(part: Promise<ModelPart>): Promise<boolean> {
  return part.then(
    () => false,
    () => true,
  );
}
