import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { entries } from './rules/index.ts';
import { checkGradient } from './testing/check-gradient.ts';
import type { OperatorCases } from './testing/operator-case.ts';

const folder = new URL('./rules/', import.meta.url);
const files = (await readdir(folder)).filter((file) => file.endsWith('.cases.ts'));
const operators = (
  await Promise.all(
    files.map((file) => import(new URL(file, folder).href) as Promise<{ operators: OperatorCases[] }>),
  )
).flatMap((module) => module.operators);

const fullName = ({ op, domain }: { op: string; domain: string }) => (domain === '' ? op : `${domain}.${op}`);

describe('every rule agrees with central differences', () => {
  for (const operator of operators) {
    it.each(operator.cases.map((given) => [given.name, given] as const))(
      `${fullName(operator)}: %s`,
      async (_, given) => {
        const comparisons = await checkGradient(operator, given);
        expect(comparisons.length).toBeGreaterThan(0);
        for (const { input, analytic, numeric, tolerance } of comparisons)
          expect(
            Math.abs(analytic - numeric),
            `input ${input}: ${analytic} against ${numeric}`,
          ).toBeLessThanOrEqual(tolerance);
      },
    );
  }
});

/**
 * Rounding has no useful derivative; these pass the gradient straight through, which straight-through.test.ts
 * checks.
 */
const straightThrough = ['DequantizeLinear', 'QuantizeLinear'];

it('every rule has cases', () => {
  const covered = new Set([...operators.map(fullName), ...straightThrough]);
  const rules = entries.filter((entry) => entry.kind === 'rule').map(fullName);
  expect(rules.filter((name) => !covered.has(name))).toEqual([]);
});

it('every case belongs to a rule, and no operator is registered twice', () => {
  const names = entries.map(fullName);
  expect(operators.map(fullName).filter((name) => !names.includes(name))).toEqual([]);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
