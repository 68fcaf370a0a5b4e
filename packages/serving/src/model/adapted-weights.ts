import { AppError } from '@tessera/base';
import type { GraphCache } from '../graph/graph-cache.ts';
import { type AdapterPlaces, hashAdapters, locateAdapter } from '../store/adapter-files.ts';
import type { ModelWeights } from './weights.ts';

/** Adapters of a request: one, or several that are averaged with equal shares. */
export interface AdapterChoice {
  readonly names: readonly string[];
  /** Must be true for several names (docs/square-wire.md#adapters). */
  readonly average: boolean;
}

/** Sets of adapters whose merged weights stay loaded; each is the size of the model. */
const openAtMost = 2;

export interface AdaptedWeightsOptions extends AdapterPlaces {
  readonly cache: GraphCache;
  /** Opens a merged file; `hash` tells its adapters apart. */
  open(path: string, hash: string): Promise<ModelWeights>;
}

export interface AdaptedWeights {
  /**
   * Finds and merges the adapters; the answer names the merged file and lends its weights, which are loaded
   * on first use and again after they had to make room. Throws INPUT_INVALID, ADAPTER_UNFIT,
   * MODEL_DOWNLOAD_FAILED.
   */
  find(choice: AdapterChoice): Promise<{ readonly path: string; readonly lend: LendWeights }>;
  /** Frees the weights; none of them may be running. */
  close(): Promise<void>;
}

/** Lends weights for as long as `use` runs. */
export type LendWeights = <T>(use: (weights: ModelWeights) => Promise<T>) => Promise<T>;

interface OpenWeights {
  readonly weights: Promise<ModelWeights>;
  users: number;
}

/** Keeps the weights with adapters of one model. */
export function openAdaptedWeights(options: AdaptedWeightsOptions): AdaptedWeights {
  const { model, cache } = options;
  /** In order of last use. */
  const open = new Map<string, OpenWeights>();

  const makeRoom = async (): Promise<void> => {
    for (const [hash, entry] of open) {
      if (open.size <= openAtMost) return;
      if (entry.users > 0) continue;
      open.delete(hash);
      await (await entry.weights).close();
    }
  };

  const lend =
    (hash: string, path: string): LendWeights =>
    async (use) => {
      const entry = open.get(hash) ?? { weights: options.open(path, hash), users: 0 };
      open.delete(hash);
      open.set(hash, entry);
      entry.users++;
      try {
        return await use(await entry.weights);
      } finally {
        entry.users--;
        if (await isBroken(entry.weights)) open.delete(hash);
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
    async close() {
      const all = [...open.values()];
      open.clear();
      for (const { weights } of all)
        await weights.then(
          (own) => own.close(),
          () => undefined,
        );
    },
  };
}

function isBroken(weights: Promise<ModelWeights>): Promise<boolean> {
  return weights.then(
    () => false,
    () => true,
  );
}
