import { AppError } from '@tessera/base';
import type { ModelEntry } from '@tessera/contracts';
import type { ModelCatalogue } from '@tessera/jobs';

// Longer than any name and any store's patience; and no store takes a NUL or half a character.
const maxLength = 300;
const unstorable = /[\0\p{Surrogate}]/u;

/** The model of a name in any of its spellings, or null; a text that can be no name is not looked up. */
export async function readModel(catalogue: ModelCatalogue, identifier: string): Promise<ModelEntry | null> {
  if (identifier.length > maxLength || unstorable.test(identifier)) return null;
  return catalogue.read(identifier);
}

/** As {@link readModel}; throws MODEL_UNKNOWN. */
export async function findModel(catalogue: ModelCatalogue, identifier: string): Promise<ModelEntry> {
  const model = await readModel(catalogue, identifier);
  if (!model) throw new AppError('MODEL_UNKNOWN', { detail: { model: identifier.slice(0, 200) } });
  return model;
}
