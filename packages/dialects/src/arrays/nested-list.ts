import type { Json, Tensor } from '@tessera/contracts';

const largestFloat32 = 3.4028234663852886e38;

/**
 * A tensor as nested JSON lists of numbers (a scalar for shape []), as numpy's `tolist`. JSON has no NaN and
 * no infinities: they become 0 and ±the largest float32, as `numpy.nan_to_num` does.
 */
export function toNestedList(tensor: Tensor): Json {
  const { data, shape, dtype } = tensor;
  let at = 0;
  const leaf = (): Json => {
    const value = data[at++]!;
    return dtype === 'bool' ? value === 1 : finite(Number(value));
  };
  const list = (axis: number): Json => {
    if (axis === shape.length) return leaf();
    const size = shape[axis]!;
    const items = new Array<Json>(size);
    for (let i = 0; i < size; i++) items[i] = list(axis + 1);
    return items;
  };
  return list(0);
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 0 : Math.sign(value) * largestFloat32;
}
