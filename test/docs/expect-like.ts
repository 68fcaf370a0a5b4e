import { expect } from 'vitest';
import type { Block } from './blocks.ts';

/** Fields whose values differ from run to run. */
const volatile = /^(task_?id|.*At|.*Ms|batchRows|attempt|request_?id|location)$/i;

/**
 * Output equals what the page shows: JSON member by member, numbers to 1e-4, ids and times by type only;
 * other text by its words, with numbers to 1e-3 and "…" standing for anything.
 */
export function expectLike(output: string, shown: Block): void {
  if (shown.language === 'json') {
    expect(masked(JSON.parse(output))).toEqual(approximate(masked(JSON.parse(shown.code))));
    return;
  }
  const pattern = shown.code.trim().split('…').map(escapeRegExp).join('[^\\n]*?');
  expect(output.trim()).toMatch(new RegExp(`^${pattern}$`, 'u'));
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function masked(value: unknown, name = ''): unknown {
  if (volatile.test(name) && value !== null) return `<${typeof value}>`;
  if (Array.isArray(value)) return value.map((member) => masked(member));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, masked(member, key)]));
  return value;
}

function approximate(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isInteger(value)) return expect.closeTo(value, 4);
  if (Array.isArray(value)) return value.map(approximate);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, approximate(member)]));
  return value;
}
