import type { EvaluationReport, Spread } from '@tessera/contracts';
import { percent } from './answers.ts';
import { table } from './table.ts';

/** A report as tables: a row per measure and a column per method. */
export function evaluationText(report: EvaluationReport): string {
  const { accuracy, records } = report;
  const methods = report.methods as unknown as readonly Readonly<Record<string, unknown>>[];
  const names = methods.map(({ method }) => String(method));
  const head = `${records} records${accuracy ? `, accuracy ${percent(accuracy.mean)} of ${accuracy.n} labelled` : ''}\n\n`;
  const numbers = methods.map(numbersOf);
  const rows = [...new Set(numbers.flatMap((one) => [...one.keys()]))].map((name) => [
    name,
    ...numbers.map((one) => one.get(name) ?? ''),
  ]);
  return head + table(['', ...names], rows, names);
}

/** The numbers of one method: those of its table, then each measure as mean ± deviation. */
function numbersOf(method: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries((method['table'] ?? {}) as Record<string, unknown>))
    if (typeof value === 'number') found.set(name, shown(value));
  for (const name of ['explained', 'failed', 'budgetSpent'])
    if (typeof method[name] === 'number') found.set(name, shown(method[name]));
  for (const [name, value] of Object.entries({
    modelCalls: method['modelCalls'],
    seconds: method['seconds'],
    ...(method['measures'] as object),
  }))
    if (isSpread(value)) found.set(name, `${shown(value.mean)} ± ${shown(value.std)}`);
  return found;
}

function isSpread(value: unknown): value is Spread {
  return typeof value === 'object' && value !== null && 'mean' in value && 'std' in value;
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(3);
}
