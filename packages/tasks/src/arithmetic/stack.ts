import { elementCount, float32, type Tensor } from '@tessera/contracts';

/** Joins B tensors of one shape [...] into [B, ...], as float32. Throws when the shapes differ. */
export function stack(parts: readonly Tensor[]): Tensor {
  const first = parts[0];
  if (!first) throw new Error('nothing to stack');
  const size = elementCount(first.shape);
  const data = new Float32Array(size * parts.length);
  parts.forEach((part, at) => {
    if (part.shape.length !== first.shape.length || part.shape.some((n, axis) => n !== first.shape[axis]))
      throw new Error(`cannot stack [${part.shape}] on [${first.shape}]`);
    data.set(asFloat32(part), at * size);
  });
  return float32([parts.length, ...first.shape], data);
}

/** The values of a floating-point tensor as float32; a float32 tensor is not copied. */
export function asFloat32(t: Tensor): Float32Array {
  if (t.data instanceof Float32Array) return t.data;
  if (t.data instanceof Float64Array) return Float32Array.from(t.data);
  throw new Error(`expected a floating-point tensor, got ${t.dtype}`);
}

/** Joins B vectors of H values into [B, H]. */
export function stackVectors(vectors: readonly Float32Array[]): Tensor {
  return stack(vectors.map((vector) => float32([vector.length], vector)));
}

export function concatenate(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
