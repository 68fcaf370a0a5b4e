import { AppError, type Clock } from '@tessera/base';
import type { ModelEntry } from '@tessera/contracts';
import type { Jobs } from '@tessera/jobs';

/** A folder is read in well under a second; who takes longer than this tells its result later. */
const patienceMs = 15_000;

/** A type that the caller named says nothing of whether the files were read; the tasks do. */
const isDescribed = ({ modelType, tasks }: ModelEntry): boolean => modelType !== 'auto' && tasks.length > 0;

/**
 * The entry of a new folder model once a host has read its files dry. One that cannot be used is taken out of
 * the catalogue again. Without a living host, and for hub repositories, the entry is given back as it is.
 * Throws MODEL_UNUSABLE with what is missing or wrong.
 */
export async function awaitDescription(
  model: ModelEntry,
  { jobs, clock }: { readonly jobs: Pick<Jobs, 'catalogue' | 'hosts'>; readonly clock: Clock },
): Promise<ModelEntry> {
  const { catalogue } = jobs;
  const isAlive = (await jobs.hosts.list()).some(({ alive }) => alive);
  if (model.source.kind !== 'folder' || !isAlive) return model;
  const described = await new Promise<ModelEntry | null>((resolve, reject) => {
    const end = (entry: ModelEntry | null): void => {
      stopListening();
      stopTimer();
      resolve(entry);
    };
    const look = (): void => {
      catalogue.read(model.identifier).then((entry) => {
        if (!entry || entry.state === 'failed' || isDescribed(entry)) end(entry);
      }, reject);
    };
    const stopListening = catalogue.onChange((identifier) => identifier === model.identifier && look());
    const stopTimer = clock.after(patienceMs, () => end(null));
    look();
  });
  if (described?.state !== 'failed') return described ?? model;
  await catalogue.remove(model.identifier);
  throw new AppError('MODEL_UNUSABLE', {
    detail: { model: model.identifier, reason: described.error ?? 'its files cannot be read' },
  });
}
