import { AppError } from '@tessera/base';
import type { DifferentiableRuntime } from '@tessera/serving';

/** Other models that are kept open in this process between the tasks that name them. */
export interface Helpers {
  /** Hands out models for one task, by their folders; `release` when the task has ended. */
  lease(folders: Readonly<Record<string, string>>): {
    open(identifier: string): Promise<DifferentiableRuntime>;
    release(): void;
  };
  close(): Promise<void>;
}

type Closable = DifferentiableRuntime & { close(): Promise<void> };

interface Kept {
  readonly runtime: Promise<Closable>;
  users: number;
}

/** Each holds its weights beside the model's own. */
const mostIdle = 2;

/** `openFolder` loads a folder. A model whose folder the host did not send is unknown. */
export function keepHelpers(openFolder: (identifier: string, folder: string) => Promise<Closable>): Helpers {
  /** In order of last use. */
  const kept = new Map<string, Kept>();

  const closeOne = async (identifier: string, entry: Kept): Promise<void> => {
    kept.delete(identifier);
    await entry.runtime.then(
      (runtime) => runtime.close(),
      () => undefined,
    );
  };
  const evict = async (): Promise<void> => {
    const idle = [...kept].filter(([, entry]) => entry.users === 0);
    const surplus = idle.slice(0, Math.max(0, idle.length - mostIdle));
    await Promise.all(surplus.map(([identifier, entry]) => closeOne(identifier, entry)));
  };

  return {
    lease(folders) {
      const held = new Map<string, Kept>();
      return {
        async open(identifier) {
          const folder = folders[identifier];
          if (folder === undefined) throw new AppError('MODEL_UNKNOWN', { detail: { model: identifier } });
          const entry = kept.get(identifier) ?? { runtime: openFolder(identifier, folder), users: 0 };
          kept.delete(identifier);
          kept.set(identifier, entry);
          if (!held.has(identifier)) entry.users += 1;
          held.set(identifier, entry);
          entry.runtime.catch(() => kept.delete(identifier));
          return entry.runtime;
        },
        release() {
          for (const entry of held.values()) entry.users -= 1;
          held.clear();
          void evict();
        },
      };
    },
    async close() {
      await Promise.all([...kept].map(([identifier, entry]) => closeOne(identifier, entry)));
    },
  };
}
