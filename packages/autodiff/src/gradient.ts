import { AppError } from '@tessera/base';
import {
  type Dim,
  declaredDims,
  Graph,
  isFloat,
  lowerGelu,
  type Model,
  makeNode,
  makeValueInfo,
  prune,
  requireValue,
  type Value,
} from '@tessera/onnx';
import type { GradientOptions } from './gradient-options.ts';
import { GraphBuilder } from './graph-builder.ts';
import { type Lifted, type LiftForm, lift } from './lift.ts';
import { normalise } from './normalise.ts';
import { observeShapes } from './observe-shapes.ts';
import { findPath } from './path.ts';
import { type GradientReport, reportOf, requireDifferentiable } from './report.ts';
import { fixedLength, type Shapes } from './shapes.ts';
import { resolveTargets, type Target } from './targets.ts';
import { walkBack } from './walk.ts';

/** An ordinary ONNX model that computes its old outputs and the gradients, and how to feed and read it. */
export interface Gradient {
  readonly model: Model;
  /** Input of the cotangent for each tensor of `of`; it has the tensor's shape. */
  readonly seeds: Readonly<Record<string, string>>;
  /** Output of the gradient for each tensor of `wrt`; it has the tensor's shape. */
  readonly gradients: Readonly<Record<string, string>>;
  /** Inputs of the lifted tensors. */
  readonly lifted: Readonly<Record<string, Lifted>>;
  readonly report: GradientReport;
}

/**
 * Appends to a model the computation of Σ over `of` of seedᵀ·∂of/∂wrt, in operators of ONNX alone.
 *
 * The given model is not changed. Feed ones into the seed of a scalar, or ∂L/∂logits for any loss L over the
 * logits.
 *
 * @throws GRADIENT_UNSUPPORTED naming every operator on the way that has no rule, before any work
 * @throws GRADIENT_UNREACHABLE when nothing differentiable leads from one of `wrt` to `of`
 * @throws ONNX_INVALID for a name that does not exist or a model that cannot be run
 */
export async function gradient(model: Model, options: GradientOptions): Promise<Gradient> {
  const graph = new Graph(model);
  const nodesBefore = graph.nodes.length;
  await normalise(graph, [...options.of, ...options.wrt, ...Object.keys(options.lift ?? {})]);
  for (const value of options.of) requireValue(graph, value);
  const targets = resolveTargets(graph, options.wrt);
  requireDifferentiable(graph, findPath(graph, valuesOf(targets), options.of), options);

  const shapes = await observeShapes(graph);
  requireFloats(shapes, options.of);
  const { lifted, moved } = liftAll(graph, shapes, options.lift ?? {});
  const sources = targets.map(({ name, value }) => ({ name, value: moved.get(value) ?? value }));
  const path = findPath(graph, valuesOf(sources), options.of);

  const g = new GraphBuilder(graph, shapes);
  const seeds = new Map(options.of.map((value) => [value, addSeed(g, value)]));
  const gradients = walkBack(g, path, seeds);
  const outputs = sources.map(({ name, value }) => {
    const total = gradients.total(value);
    if (total === undefined) throw unreachable(name, options.of);
    return [name, addOutput(g, name, value, total)] as const;
  });
  graph.nodes.push(...g.nodes);
  graph.touch();
  lowerGelu(graph);
  prune(graph);

  return {
    model: graph.toModel(),
    seeds: Object.fromEntries(seeds),
    gradients: Object.fromEntries(outputs),
    lifted,
    report: reportOf(graph, path, nodesBefore),
  };
}

function valuesOf(targets: readonly Target[]): Value[] {
  return targets.map(({ value }) => value);
}

function liftAll(graph: Graph, shapes: Shapes, wishes: Readonly<Record<string, LiftForm>>) {
  const lifted: Record<string, Lifted> = {};
  const moved = new Map<Value, Value>();
  for (const [name, form] of Object.entries(wishes)) {
    for (const target of resolveTargets(graph, [name])) {
      const result = lift(graph, shapes, target, form);
      lifted[name] = result.lifted;
      moved.set(target.value, result.value);
    }
  }
  return { lifted, moved };
}

/** Adds the input `grad_seed/<value>` with the declared or observed shape of the value. */
function addSeed(g: GraphBuilder, value: Value): Value {
  const seed = `grad_seed/${value}`;
  const declared = g.graph.outputs.find((output) => output.name === value);
  const dims = (declared && declaredDims(declared)) ?? observedDims(g, value);
  g.graph.inputs = [...g.graph.inputs, makeValueInfo(seed, g.typeOf(value), dims)];
  g.shapes.copy(value, seed);
  return seed;
}

function addOutput(g: GraphBuilder, name: string, value: Value, total: Value): Value {
  const output = `grad/${name}`;
  g.nodes.push(makeNode({ op: 'Identity', inputs: [total], outputs: [output] }));
  g.graph.outputs = [...g.graph.outputs, makeValueInfo(output, g.typeOf(value), observedDims(g, value))];
  return output;
}

/** Fixed lengths as observed; varying ones stay open. */
function observedDims(g: GraphBuilder, value: Value): Dim[] {
  return g.axes(value).map(fixedLength);
}

function requireFloats(shapes: Shapes, of: readonly string[]): void {
  const integers = of.filter((value) => !isFloat(shapes.typeOf(value)));
  if (integers.length === 0) return;
  throw new AppError('ONNX_INVALID', {
    detail: { problem: `${integers.join(', ')} holds no floats and has no gradient. Choose a float output.` },
  });
}

function unreachable(name: string, of: readonly string[]): AppError {
  return new AppError('GRADIENT_UNREACHABLE', { detail: { wrt: name, of: of.join(', ') } });
}
