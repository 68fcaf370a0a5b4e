import type { Json, JsonObject } from '@tessera/contracts';

/** Mean and population standard deviation of each number over the evaluations of a dataset; nulls are counted out. */
export function aggregateEvaluations(evaluations: readonly JsonObject[]): JsonObject {
  const names = [...new Set(evaluations.flatMap((one) => Object.keys(one)))];
  const table: Record<string, Json> = {};
  for (const name of names) {
    const values = evaluations.map((one) => numberIn(one[name])).filter((value) => value !== null);
    if (values.length === 0) continue;
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    table[name] = { mean, std: Math.sqrt(variance), n: values.length };
  }
  return table;
}

/** A metric's number: itself, or the area of a curve. */
function numberIn(value: Json | undefined): number | null {
  if (typeof value === 'number') return value;
  if (value !== null && typeof value === 'object' && 'area' in value)
    return typeof value.area === 'number' ? value.area : null;
  return null;
}
