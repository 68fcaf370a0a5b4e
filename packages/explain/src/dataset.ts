import type { Curve, MeasureSpreads, Measures, Spread, SpreadCurve } from '@tessera/contracts';

/** Mean and population standard deviation of the numbers; null for none. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, std: Math.sqrt(variance), n: values.length };
}

/**
 * Mean and population standard deviation of each number over the evaluations of a dataset; nulls are counted
 * out. A list (the randomisation check) is averaged place by place, a curve also share by share; the mean of
 * a curve is that of its area.
 */
export function aggregateEvaluations(evaluations: readonly Measures[]): MeasureSpreads {
  const names = [...new Set(evaluations.flatMap((one) => Object.keys(one)))];
  const table: Record<string, MeasureSpreads[string]> = {};
  for (const name of names) {
    const values = evaluations.map((one) => one[name]);
    const numbers = spreadOf(values.map(numberIn).filter((value) => value !== null));
    if (numbers) table[name] = { ...numbers, ...curveOf(values) };
    else if (values.some(isList) && name !== 'eraser_bins') table[name] = placeByPlace(values);
  }
  return table;
}

type Measure = Measures[string] | undefined;

/** The mean curve of those that were run to their end. */
function curveOf(values: readonly Measure[]): Omit<SpreadCurve, keyof Spread> | null {
  const curves = values.filter(isCurve).filter(({ area }) => area !== null);
  const [first] = curves;
  if (!first) return null;
  const points = first.share.map((_, k) => spreadOf(curves.map(({ probability }) => probability[k]!))!);
  return {
    share: first.share,
    probability: points.map(({ mean }) => mean),
    probabilityStd: points.map(({ std }) => std),
  };
}

function isList(value: Measure): value is readonly (number | null)[] {
  return Array.isArray(value);
}

function isCurve(value: Measure): value is Curve {
  return typeof value === 'object' && value !== null && 'area' in value;
}

/** Lists may differ in length, when a budget ended; each place averages those that have it. */
function placeByPlace(values: readonly Measure[]): readonly Spread[] {
  const lists = values.filter(isList);
  const longest = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, k) =>
    spreadOf(lists.map((list) => list[k]).filter((value) => typeof value === 'number')),
  ).filter((one) => one !== null);
}

/** A metric's number: itself, or the area of a curve. */
function numberIn(value: Measure): number | null {
  if (typeof value === 'number') return value;
  return isCurve(value) ? value.area : null;
}
