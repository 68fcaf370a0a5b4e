import { invalid } from './text-limits.ts';

const pattern = /^[\w@-][\w@.-]*(\/[\w@-][\w@.-]*)*$/;
const most = 64;

/**
 * Throws INPUT_INVALID when a name could mean anything but an adapter of the hub or of the model's folder.
 */
export function checkAdapterNames(names: readonly string[], field: string): void {
  if (names.length > most) throw invalid(field, `${names.length} adapters; at most ${most} are allowed`);
  for (const name of names)
    if (name.length > 200 || !pattern.test(name))
      throw invalid(field, 'an adapter is named like "owner/adapter": letters, digits, ".", "_", "-", "@"');
}
