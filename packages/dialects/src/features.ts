import { AppError } from '@tessera/base';

/** Parts of a request that a deployment may switch off; the one place where they are opened. */
export interface FeatureTable {
  readonly explain: boolean;
  readonly attack: boolean;
  readonly generation: boolean;
  readonly adapters: boolean;
}

export type Feature = keyof FeatureTable;

const refusals: Readonly<Record<Feature, string>> = {
  explain: 'this server cannot explain predictions yet; leave explanations out',
  attack: 'this server cannot attack inputs yet; leave attacks out',
  generation: 'this server cannot generate text yet; use one of the encoder tasks',
  adapters: 'this server cannot load adapters yet; leave the adapter out',
};

/** Throws FEATURE_UNAVAILABLE naming `field` when the feature is off. */
export function requireFeature(features: FeatureTable, feature: Feature, field: string): void {
  if (!features[feature])
    throw new AppError('FEATURE_UNAVAILABLE', { detail: { field, problem: refusals[feature] } });
}
