import { AppError } from '@tessera/base';
import { invalid } from './text-limits.ts';

/** Levels of lists and objects of a whole body: more than any request needs, and few enough to walk. */
const maxBodyDepth = 64;
/**
 * Members of a list or object inside another one; only a list directly in the body, the inputs or the
 * records, may be longer.
 */
const maxMembers = 10_000;

/**
 * Counts before shapes: throws INPUT_INVALID for a list or object inside a body that has more members than
 * any option needs, and BODY_TOO_DEEP. `depth` is 1 for a member of a body. What comes after may take time
 * for every member that is wrong, and these cannot be many then.
 */
export function checkSize(body: unknown, field = '', depth = 0): void {
  walk(body, { field, depth });
}

function walk(value: unknown, { field, depth }: { readonly field: string; readonly depth: number }): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= maxBodyDepth)
    throw new AppError('BODY_TOO_DEEP', { detail: { field: field.slice(0, 200), limit: maxBodyDepth } });
  const isList = Array.isArray(value);
  const names = isList ? null : Object.keys(value);
  const count = isList ? value.length : names!.length;
  if (count > maxMembers && !(isList && depth <= 1))
    throw invalid(
      field.slice(0, 200) || 'body',
      `${count} members; at most ${maxMembers} are allowed here. Send fewer`,
    );
  const inner = (name: string | number, member: unknown): void => {
    if (typeof member === 'object' && member !== null)
      walk(member, { field: field === '' ? String(name) : `${field}.${name}`, depth: depth + 1 });
  };
  if (names) for (const name of names) inner(name, (value as Record<string, unknown>)[name]);
  else for (const [i, member] of (value as unknown[]).entries()) inner(i, member);
}

/**
 * Throws INPUT_INVALID when a list directly in the body is longer than what its request may have; anything
 * else is looked at later.
 */
export function checkCount(
  body: unknown,
  { field, most, problem }: { readonly field: string; readonly most: number; problem(count: number): string },
): void {
  if (typeof body !== 'object' || body === null) return;
  const list = (body as Record<string, unknown>)[field];
  if (Array.isArray(list) && list.length > most) throw invalid(field, problem(list.length));
}
