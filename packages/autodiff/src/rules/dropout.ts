import { rule } from '../rule.ts';

/** In inference Dropout is the identity: dx = dy. */
export const dropout = rule('Dropout', ({ dy }) => [dy], {
  flows: [0],
  refuses: (node, graph) => {
    if (!node.input[2]) return undefined;
    return graph.constantScalar(node.input[2]) === 0 ? undefined : 'it may run in training mode';
  },
});
