import type { Emitter, Value } from '../../emitter.ts';
import type { Node } from '../../node.ts';

/** Writes an operator in simpler ones; undefined when it does not know the form at hand. */
export type Decomposition = (node: Node, g: Emitter) => readonly (Value | undefined)[] | undefined;
