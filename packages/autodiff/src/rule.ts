import type { Graph, Node, Value } from '@tessera/onnx';
import type { GraphBuilder } from './graph-builder.ts';

/** What a rule is given. For operators with one output, `y` and `dy` are all it needs. */
export interface RuleContext {
  readonly g: GraphBuilder;
  readonly node: Node;
  /** Forward inputs, by name; an input that was left out is ''. */
  readonly x: readonly Value[];
  /** The first forward output, and its gradient. */
  readonly y: Value;
  readonly dy: Value;
  /** All forward outputs and their gradients; undefined where no gradient arrives. */
  readonly ys: readonly Value[];
  readonly dys: readonly (Value | undefined)[];
  /** Whether the gradient of input `index` is asked for; a rule writes nodes for wanted inputs only. */
  readonly wants: (index: number) => boolean;
}

/** A gradient for each input: a value, or nothing where none is wanted or none flows. */
export type InputGradients = readonly (Value | null | undefined | false)[];

/** Differentiates one operator: given dL/dy, writes dL/dx. */
export interface Rule {
  readonly kind: 'rule';
  readonly op: string;
  readonly domain: string;
  /** Whether inputs were repeated to a common shape; if so the walk sums the gradients over the copies. */
  readonly broadcasts: boolean;
  /** The inputs through which a gradient can flow; the others are indices, shapes or conditions. */
  readonly flows: readonly number[] | 'all';
  /** Why this very node cannot be differentiated, if so; asked before any work. */
  readonly refuses: (node: Node, graph: Graph) => string | undefined;
  /** Why no gradient passes this very node, if so (a Cast to integers). */
  readonly stops: (node: Node) => string | undefined;
  readonly backward: (context: RuleContext) => InputGradients;
}

/**
 * An operator whose result does not change smoothly with its inputs: the gradient is zero and the walk ends.
 */
export interface Stop {
  readonly kind: 'stop';
  readonly op: string;
  readonly domain: string;
  readonly reason: string;
}

export type Entry = Rule | Stop;

export interface RuleOptions {
  readonly domain?: string;
  readonly broadcasts?: boolean;
  readonly flows?: readonly number[];
  readonly refuses?: Rule['refuses'];
  readonly stops?: Rule['stops'];
}

const never = () => undefined;

/** Declares the rule of one operator. */
export function rule(op: string, backward: Rule['backward'], options: RuleOptions = {}): Rule {
  const { domain = '', broadcasts = false, flows = 'all', refuses = never, stops = never } = options;
  return { kind: 'rule', op, domain, broadcasts, flows, refuses, stops, backward };
}

/** Declares the rule of an operator whose inputs broadcast against each other. */
export function elementwise(op: string, backward: Rule['backward'], options: RuleOptions = {}): Rule {
  return rule(op, backward, { ...options, broadcasts: true });
}

/** Declares operators through which no gradient flows. */
export function stop(reason: string, ...ops: readonly string[]): readonly Stop[] {
  return ops.map((op) => ({ kind: 'stop', op, domain: '', reason }));
}
