import type { Emitter, Value } from '../emitter.ts';
import type { Graph } from '../graph.ts';
import { operatorName } from '../node.ts';
import { rewrite } from '../rewrite.ts';

/**
 * Writes the nodes of `fuseGelu` in operators of ONNX alone: its own Gelu from opset 20 on, else spelled out.
 */
export function lowerGelu(graph: Graph): void {
  rewrite(graph, (node, g) => {
    const x = node.input[0] as Value;
    switch (operatorName(node)) {
      case 'com.microsoft.Gelu':
        return [graph.opset >= 20 ? g.op('Gelu', [x]) : weighted(g, x, g.op('Erf', [g.div(x, Math.SQRT2)]))];
      case 'com.microsoft.FastGelu':
        if (node.input[1]) return undefined;
        return [
          graph.opset >= 20 ? g.op('Gelu', [x], { approximate: 'tanh' }) : weighted(g, x, tanhOf(g, x)),
        ];
      default:
        return undefined;
    }
  });
}

/** x·(1 + f)·½ */
function weighted(g: Emitter, x: Value, f: Value): Value {
  return g.mul(g.mul(x, g.add(f, 1)), 0.5);
}

function tanhOf(g: Emitter, x: Value): Value {
  const bent = g.add(x, g.mul(g.pow(x, 3), 0.044715));
  return g.tanh(g.mul(bent, Math.sqrt(2 / Math.PI)));
}
