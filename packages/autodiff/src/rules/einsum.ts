import { stringAttribute, type Value } from '@tessera/onnx';
import { type GraphBuilder, unsupportedForm } from '../graph-builder.ts';
import type { RuleContext } from '../rule.ts';
import { rule } from '../rule.ts';
import type { Axis } from '../shapes.ts';
import { undoBroadcast } from '../undo-broadcast.ts';

/**
 * y = Σ Πᵢ xᵢ over the letters missing in the output ⇒ dxᵢ is the einsum of dy with the other operands,
 * ending in xᵢ's letters. Letters that only xᵢ has were summed away, so dxᵢ repeats along them.
 */
export const einsum = rule('Einsum', (context: RuleContext) => {
  const { g, node, x, dy, wants } = context;
  const { operands, output } = readEquation(context);
  return x.map((operand, index) => {
    if (!wants(index)) return null;
    const own = operands[index] as string;
    if (new Set(own).size !== own.length) throw unsupportedForm(node, 'an operand repeats a letter');
    const others = operands.filter((_, other) => other !== index);
    const present = [...own]
      .filter((letter) => [output, ...others].some((term) => term.includes(letter)))
      .join('');
    const equation = `${[output, ...others].join()}->${present}`;
    const dx = g.op('Einsum', [dy, ...x.filter((_, other) => other !== index)], { equation });
    return present === own
      ? fitted(g, dx, operand, own, x, operands)
      : repeated(g, dx, operand, own, present);
  });
});

/** Puts back the letters that were summed away, with length 1, and repeats dx along them. */
function repeated(g: GraphBuilder, dx: Value, operand: Value, own: string, present: string): Value {
  const missing = [...own].flatMap((letter, axis) => (present.includes(letter) ? [] : [axis]));
  return g.expand(g.unsqueeze(dx, missing), g.shape(operand));
}

/** An operand of length 1 along a letter was broadcast if another operand is longer there. */
function fitted(
  g: GraphBuilder,
  dx: Value,
  operand: Value,
  own: string,
  x: readonly Value[],
  operands: readonly string[],
): Value {
  const full = [...own].map((letter, axis): Axis => {
    const longest = x.flatMap((other, index) => {
      const place = (operands[index] as string).indexOf(letter);
      return place < 0 ? [] : [g.axes(other)[place] as Axis];
    });
    return (
      longest.find((candidate) => candidate[0] !== 1 || candidate[1] !== 1) ?? (g.axes(operand)[axis] as Axis)
    );
  });
  return undoBroadcast(g, dx, full, operand);
}

/** Splits the equation; an ellipsis becomes capital letters, as many as the operand has unnamed axes. */
function readEquation({ g, node, x, y }: RuleContext) {
  const equation = stringAttribute(node, 'equation', '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const spelled = (term: string, rank: number) =>
    term.replace('...', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.slice(26 - (rank - term.replace('...', '').length)));
  const operands = left.split(',').map((term, index) => spelled(term, g.rank(x[index] as Value)));
  const output = right === undefined ? implicitOutput(left) : right;
  return { operands, output: spelled(output, g.rank(y)) };
}

/** Without an arrow the output has the letters that occur once, in alphabetical order, after the ellipsis. */
function implicitOutput(left: string): string {
  const letters = [...left.replaceAll('...', '').replaceAll(',', '')];
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
  return (left.includes('...') ? '...' : '') + once.join('');
}
