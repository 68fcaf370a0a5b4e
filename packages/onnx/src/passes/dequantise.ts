import type { Emitter, Value } from '../emitter.ts';
import type { Graph } from '../graph.ts';
import { isOp, type Node, operatorName } from '../node.ts';
import { rewrite } from '../rewrite.ts';
import { renamedTensor, tensorDims, tensorSize } from '../tensor.ts';
import { prune } from './prune.ts';

/**
 * Turns dynamically quantised matrix products back into float ones: MatMul(x, DequantizeLinear(W)). The
 * weights stay stored in int8; what changes is that activations are no longer rounded, so that gradients
 * exist.
 */
export function dequantise(graph: Graph): number {
  const replaced = rewrite(graph, (node, g) => floatProduct(graph, node, g));
  if (replaced > 0) prune(graph);
  return replaced;
}

function floatProduct(graph: Graph, node: Node, g: Emitter): readonly Value[] | undefined {
  switch (operatorName(node)) {
    case 'Mul':
      return scaledIntegerProduct(graph, node, g);
    case 'com.microsoft.DynamicQuantizeMatMul': {
      const [x = '', weights = '', scale = '', zero, bias] = node.input;
      return [withBias(g, g.matMul(x, dequantisedWeights(graph, g, weights, scale, zero)), bias)];
    }
    case 'com.microsoft.MatMulIntegerToFloat': {
      const [quantised = '', weights = '', , scale = '', , zero, bias] = node.input;
      const x = quantisedFrom(graph, quantised);
      return x === undefined
        ? undefined
        : [withBias(g, g.matMul(x, dequantisedWeights(graph, g, weights, scale, zero)), bias)];
    }
    default:
      return undefined;
  }
}

/**
 * Mul(Cast(MatMulInteger(quantised x, W)), Mul(scale of x, scale of W)): how the quantiser of onnxruntime
 * writes it.
 */
function scaledIntegerProduct(graph: Graph, node: Node, g: Emitter): readonly Value[] | undefined {
  const operands = node.input.map((input) => graph.producer(input));
  const place = operands.findIndex((operand) => isOp(operand, 'Cast'));
  const product = graph.producer(operands[place]?.input[0] ?? '');
  const scales = operands[1 - place];
  if (!isOp(product, 'MatMulInteger') || !isOp(scales, 'Mul')) return undefined;
  const [quantised = '', weights = '', , zero] = product.input;
  const x = quantisedFrom(graph, quantised);
  const scale = scales.input.find((input) => graph.initializers.has(input));
  if (!x || !scale || !graph.initializers.has(weights)) return undefined;
  return [g.matMul(x, dequantisedWeights(graph, g, weights, scale, zero))];
}

/** The float value that was quantised just before. */
function quantisedFrom(graph: Graph, quantised: Value): Value | undefined {
  const producer = graph.producer(quantised);
  return isOp(producer, 'DynamicQuantizeLinear', 'QuantizeLinear') ? producer.input[0] : undefined;
}

function dequantisedWeights(
  graph: Graph,
  g: Emitter,
  weights: Value,
  scale: Value,
  zero: Value | undefined,
): Value {
  const inputs = [weights, perColumn(graph, scale), ...(zero ? [perColumn(graph, zero)] : [])];
  return g.op('DequantizeLinear', inputs, { axis: 1 });
}

/**
 * A quantisation parameter as DequantizeLinear wants it: a scalar for the whole tensor, else one per column.
 */
function perColumn(graph: Graph, parameter: Value): Value {
  const tensor = graph.initializers.get(parameter);
  if (!tensor) return parameter;
  const dims = tensorDims(tensor);
  const wanted = tensorSize(tensor) === 1 ? [] : [tensorSize(tensor)];
  if (dims.length === wanted.length) return parameter;
  const name = `${parameter}/flat`;
  if (!graph.initializers.has(name))
    graph.addInitializer(Object.assign(renamedTensor(tensor, name), { dims: wanted.map(BigInt) }));
  return name;
}

function withBias(g: Emitter, product: Value, bias: Value | undefined): Value {
  return bias ? g.add(product, bias) : product;
}
