import { create } from '@bufbuild/protobuf';
import { AppError } from '@tessera/base';
import { resolveTensor } from './external-data.ts';
import { type ExternalData, type Model, opsetVersion } from './model.ts';
import { copyNode, type Node, readValues } from './node.ts';
import { GraphProtoSchema, type ModelProto, ModelProtoSchema, OperatorSetIdProtoSchema } from './proto.ts';
import { type Tensor, tensorNumbers, tensorSize } from './tensor.ts';
import type { ValueInfo } from './value-info.ts';

/**
 * A working copy of a model's main graph that passes may change. Nodes are copied, weights are shared with
 * the model, so a copy of a 100 MB model costs kilobytes. `toModel` closes it again.
 */
export class Graph {
  nodes: Node[];
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  readonly initializers: Map<string, Tensor>;
  readonly external: ExternalData;
  readonly #proto: ModelProto;
  readonly #opsets: Map<string, number>;
  readonly #names = new Set<string>();
  #index: Index | undefined;

  constructor(model: Model) {
    const { proto, external } = model;
    const graph = proto.graph ?? create(GraphProtoSchema);
    this.#proto = proto;
    this.external = external;
    this.nodes = graph.node.map(copyNode);
    this.initializers = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
    // Before IR 4 every initializer was also listed as an input; it is a constant all the same.
    this.inputs = graph.input.filter((input) => !this.initializers.has(input.name));
    this.outputs = [...graph.output];
    this.#opsets = new Map(
      proto.opsetImport.map(({ domain }) => [standard(domain), opsetVersion(proto, domain)]),
    );
    for (const node of this.nodes)
      for (const name of [...node.output, ...readValues(node)]) this.#names.add(name);
    for (const { name } of [...this.inputs, ...graph.initializer]) this.#names.add(name);
  }

  /** The version of ONNX's own operator set. */
  get opset(): number {
    return this.#opsets.get('') ?? 0;
  }

  /** Declares that the graph uses version `version` of an operator set; never lowers it. */
  requireOpset(domain: string, version: number): void {
    this.#opsets.set(domain, Math.max(version, this.#opsets.get(domain) ?? 0));
  }

  get functions(): ModelProto['functions'] {
    return this.#proto.functions;
  }

  /** The node that computes a value; undefined for inputs and constants. */
  producer(value: string): Node | undefined {
    return this.#indexed().producers.get(value);
  }

  /** The nodes that read a value, captured reads of control flow included. */
  consumers(value: string): readonly Node[] {
    return this.#indexed().consumers.get(value) ?? [];
  }

  /** The one node that reads a value, or undefined when there are several or it is also a model output. */
  soleConsumer(value: string): Node | undefined {
    const readers = this.consumers(value);
    return readers.length === 1 && !this.isOutput(value) ? readers[0] : undefined;
  }

  isOutput(value: string): boolean {
    return this.outputs.some((output) => output.name === value);
  }

  /** The declaration of a value: of an input, an output, or an intermediate the exporter wrote down. */
  declaration(value: string): ValueInfo | undefined {
    const written = this.#proto.graph?.valueInfo ?? [];
    return [...this.inputs, ...this.outputs, ...written].find((info) => info.name === value);
  }

  /** A constant tensor with its bytes at hand; undefined when the value is not one. */
  constant(value: string | undefined): Tensor | undefined {
    const tensor = value === undefined ? undefined : this.initializers.get(value);
    return tensor && resolveTensor(this.external, tensor);
  }

  /** The numbers of a constant (axes, shapes, scalars); undefined when the value is not constant. */
  constantNumbers(value: string | undefined): number[] | undefined {
    const tensor = this.constant(value);
    return tensor && tensorNumbers(tensor);
  }

  /** The number in a constant of one element; undefined when it is anything else. */
  constantScalar(value: string | undefined): number | undefined {
    const tensor = value === undefined ? undefined : this.initializers.get(value);
    if (!tensor || tensorSize(tensor) !== 1) return undefined;
    return this.constantNumbers(value)?.[0];
  }

  addInitializer(tensor: Tensor): string {
    this.initializers.set(tensor.name, tensor);
    this.#names.add(tensor.name);
    return tensor.name;
  }

  /** A name that nothing in the graph has: `base`, or `base_2`, `base_3` … */
  freshName(base: string): string {
    let name = base;
    for (let count = 2; this.#names.has(name); count++) name = `${base}_${count}`;
    this.#names.add(name);
    return name;
  }

  /** Lets every reader of `from`, model outputs excepted, read `to` instead. */
  redirect(from: string, to: string, except?: Node): void {
    for (const node of this.consumers(from)) {
      if (node !== except) node.input = node.input.map((input) => (input === from ? to : input));
    }
    this.touch();
  }

  /** Must be called after `nodes` or a node's inputs or outputs were changed by hand. */
  touch(): void {
    this.#index = undefined;
  }

  /** Closes the working copy into a model of its own. */
  toModel(): Model {
    const original = this.#proto.graph ?? create(GraphProtoSchema);
    const graph = Object.assign(create(GraphProtoSchema), original, {
      node: this.nodes,
      input: this.inputs,
      output: this.outputs,
      initializer: [...this.initializers.values()],
      // Declared intermediate types may be stale after a rewrite; the runtime infers them again.
      valueInfo: [],
    });
    const used = new Set(['', ...this.nodes.map(({ domain }) => domain)]);
    for (const { domain } of this.#proto.opsetImport) used.add(standard(domain));
    const opsetImport = [...this.#opsets]
      .filter(([domain]) => used.has(domain))
      .map(([domain, version]) => create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }));
    const irVersion = this.#proto.irVersion < minimalIr ? minimalIr : this.#proto.irVersion;
    const proto = Object.assign(create(ModelProtoSchema), this.#proto, { graph, opsetImport, irVersion });
    return { proto, external: this.external };
  }

  #indexed(): Index {
    this.#index ??= indexNodes(this.nodes);
    return this.#index;
  }
}

/** The IR version that came with opset 17, below which the runtime would reject what passes write. */
const minimalIr = 8n;

interface Index {
  readonly producers: ReadonlyMap<string, Node>;
  readonly consumers: ReadonlyMap<string, readonly Node[]>;
}

function indexNodes(nodes: readonly Node[]): Index {
  const producers = new Map<string, Node>();
  const consumers = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const output of node.output) if (output !== '') producers.set(output, node);
    for (const value of new Set(readValues(node))) {
      const readers = consumers.get(value);
      if (readers) readers.push(node);
      else consumers.set(value, [node]);
    }
  }
  return { producers, consumers };
}

function standard(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** Throws ONNX_INVALID unless a value exists in the graph. */
export function requireValue(graph: Graph, value: string): void {
  const known =
    graph.producer(value) !== undefined ||
    graph.initializers.has(value) ||
    graph.inputs.some((input) => input.name === value);
  if (known) return;
  const problem = `it has no tensor called "${value}"; its outputs are ${graph.outputs.map((output) => output.name).join(', ')}.`;
  throw new AppError('ONNX_INVALID', { detail: { problem } });
}
