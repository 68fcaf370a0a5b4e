import { AppError } from '@tessera/base';
import { float32, type Tensor } from '@tessera/contracts';
import { normalizeRows } from '../arithmetic/normalize.ts';
import { asFloat32 } from '../arithmetic/stack.ts';

/**
 * The first `dimensions` values of every vector [..., H], then made of length one, as models trained for it
 * (Matryoshka) are used; null keeps the vectors. Throws INPUT_INVALID when the vectors are shorter.
 */
export function cutDimensions(vectors: Tensor, dimensions: number | null): Tensor {
  if (typeof dimensions !== 'number') return vectors;
  const size = vectors.shape.at(-1)!;
  if (dimensions > size)
    throw new AppError('INPUT_INVALID', {
      detail: {
        field: 'options.dimensions',
        problem: `${dimensions} is more than the ${size} values that this model gives`,
      },
    });
  const values = asFloat32(vectors);
  const cut = new Float32Array((values.length / size) * dimensions);
  for (let row = 0; row * size < values.length; row++)
    cut.set(values.subarray(row * size, row * size + dimensions), row * dimensions);
  return float32([...vectors.shape.slice(0, -1), dimensions], normalizeRows(cut, dimensions));
}
