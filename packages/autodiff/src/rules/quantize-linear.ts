import { rule } from '../rule.ts';

/** q = round(x/scale) + zero ⇒ dx = dy, straight through; see dequantize-linear.ts. */
export const quantizeLinear = rule('QuantizeLinear', ({ dy }) => [dy], { flows: [0] });
