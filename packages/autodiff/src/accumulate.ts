import type { Value } from '@tessera/onnx';
import type { GraphBuilder } from './graph-builder.ts';

/**
 * The gradients that have arrived at each value so far. Where a value fans out, L depends on it along several
 * edges, and dL/dx is the sum over them; the sum is written when the walk reaches the value's producer.
 */
export class Accumulator {
  readonly #arrived = new Map<Value, Value[]>();
  readonly #g: GraphBuilder;

  constructor(g: GraphBuilder) {
    this.#g = g;
  }

  add(value: Value, gradient: Value): void {
    const arrived = this.#arrived.get(value);
    if (arrived) arrived.push(gradient);
    else this.#arrived.set(value, [gradient]);
  }

  /** The total gradient of a value, or undefined when none arrived. */
  total(value: Value): Value | undefined {
    const arrived = this.#arrived.get(value);
    if (!arrived) return undefined;
    if (arrived.length > 1) {
      const sum = arrived.length === 2 ? this.#g.op('Add', arrived) : this.#g.op('Sum', arrived);
      arrived.splice(0, arrived.length, sum);
    }
    return arrived[0];
  }
}
