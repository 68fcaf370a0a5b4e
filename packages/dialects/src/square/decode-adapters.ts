import { checkAdapterNames } from '../adapter-names.ts';
import { type FeatureTable, requireFeature } from '../features.ts';
import { readString } from './coerce.ts';

/** `adapter_name`: a name, a list of names, null or "" (docs/square-wire.md#requests, #client-traps 17). */
export function decodeAdapters(value: unknown, features: FeatureTable): string[] {
  const field = 'body.adapter_name';
  const names = Array.isArray(value)
    ? value.map((name, i) => readString(name, `${field}.${i}`))
    : value === undefined || value === null
      ? []
      : [readString(value, field)];
  const adapters = names.filter((name) => name !== '');
  if (adapters.length === 0) return [];
  requireFeature(features, 'adapters', 'adapters');
  checkAdapterNames(adapters, 'adapters');
  return adapters;
}
