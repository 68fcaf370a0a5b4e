import { intAttribute } from '../../attribute.ts';
import { declaredDims } from '../../value-info.ts';
import type { Decomposition } from './decomposition.ts';

/**
 * Rotates pairs of features by position-dependent angles (Su et al. 2021), ONNX opset 23: [x₁·cos − x₂·sin,
 * x₁·sin + x₂·cos], where x₁ and x₂ are the halves (or, interleaved, the even and odd features). x is [batch,
 * heads, tokens, size]; with `num_heads` it comes as [batch, tokens, heads·size].
 */
export const rotaryEmbedding: Decomposition = (node, g) => {
  const [x = '', cosCache = '', sinCache = '', positions] = node.input;
  const heads = intAttribute(node, 'num_heads', 0);
  const rotated = intAttribute(node, 'rotary_embedding_dim', 0);
  if (rotated !== 0) return undefined;
  const declared = g.graph.declaration(x);
  const rank = declared && declaredDims(declared)?.length;
  if (rank === 3 && heads === 0) return undefined;
  const flat = heads > 0 && rank !== 4;
  const apart = flat ? g.transpose(g.reshape(x, [0, 0, heads, -1]), [0, 2, 1, 3]) : x;
  const angle = (cache: string) => g.unsqueeze(positions ? g.gather(cache, positions) : cache, [1]);
  const [cos, sin] = [angle(cosCache), angle(sinCache)];
  const interleaved = intAttribute(node, 'interleaved', 0) === 1;
  const size = g.gather(g.shape(apart), g.ints([3]));
  const half = g.op('Div', [size, g.ints([2])]);
  const end = g.ints([2 ** 31]);
  const [zero, one, two] = [g.ints([0]), g.ints([1]), g.ints([2])];
  const first = interleaved ? g.slice(apart, zero, end, [3], two) : g.slice(apart, zero, half, [3]);
  const second = interleaved ? g.slice(apart, one, end, [3], two) : g.slice(apart, half, end, [3]);
  const real = g.sub(g.mul(first, cos), g.mul(second, sin));
  const imaginary = g.add(g.mul(first, sin), g.mul(second, cos));
  const turned = interleaved
    ? g.reshape(g.concat([g.unsqueeze(real, [-1]), g.unsqueeze(imaginary, [-1])], -1), g.shape(apart))
    : g.concat([real, imaginary], 3);
  return [flat ? g.reshape(g.transpose(turned, [0, 2, 1, 3]), g.shape(x)) : turned];
};
