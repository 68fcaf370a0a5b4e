import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './half.ts';

const numbersOnly = Array.from({ length: 65536 }, (_, bits) => bits);

describe('16-bit floats', () => {
  it('every float16 survives the way to a number and back', () => {
    const changed = numbersOnly.filter(
      (bits) => !Number.isNaN(fromFloat16(bits)) && toFloat16(fromFloat16(bits)) !== bits,
    );
    expect(changed).toEqual([]);
  });

  it('every bfloat16 survives the way to a number and back', () => {
    const changed = numbersOnly.filter(
      (bits) => !Number.isNaN(fromBfloat16(bits)) && toBfloat16(fromBfloat16(bits)) !== bits,
    );
    expect(changed).toEqual([]);
  });

  it('rounding to float16 picks a nearest value', () => {
    fc.assert(
      fc.property(fc.float({ min: -65000, max: 65000, noNaN: true }), (value) => {
        const bits = toFloat16(value);
        const error = Math.abs(fromFloat16(bits) - value);
        const neighbours = [bits - 1, bits + 1].filter((near) => near >= 0 && near < 65536).map(fromFloat16);
        return neighbours.every(
          (near) => Number.isNaN(near) || !Number.isFinite(near) || Math.abs(near - value) >= error,
        );
      }),
    );
  });

  it('knows one, a subnormal, overflow and NaN', () => {
    expect(fromFloat16(0x3c00)).toBe(1);
    expect(fromFloat16(1)).toBe(2 ** -24);
    expect(toFloat16(1e6)).toBe(0x7c00);
    expect(Number.isNaN(fromFloat16(toFloat16(Number.NaN)))).toBe(true);
  });
});
