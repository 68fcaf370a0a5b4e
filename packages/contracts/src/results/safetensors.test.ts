import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';
import { float32, tensor, tensorFromBytes } from './tensor.ts';

describe('safetensors', () => {
  it('is the published format: header length, padded JSON header, data', () => {
    const bytes = Buffer.from(encodeSafetensors({ a: float32([2], [1, 2]) }));
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    expect(JSON.parse(bytes.toString('utf8', 8, 8 + length))).toEqual({
      a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    });
    expect(bytes.readFloatLE(8 + length + 4)).toBe(2);
  });

  it('gives back every tensor it was given, wherever its bytes lie in memory', () => {
    const values = fc.record({
      floats: fc.array(fc.float({ noNaN: true })),
      ids: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      flags: fc.array(fc.integer({ min: 0, max: 1 })),
      shift: fc.nat(7),
    });
    fc.assert(
      fc.property(values, ({ floats, ids, flags, shift }) => {
        const tensors = {
          flags: tensor('bool', [flags.length], Uint8Array.from(flags)),
          'scores.0': float32([1, floats.length], floats),
          sequences: tensor('int64', [ids.length], BigInt64Array.from(ids)),
        };
        const bytes = encodeSafetensors(tensors);
        const moved = Buffer.alloc(bytes.length + shift);
        moved.set(bytes, shift);
        expect(decodeSafetensors(moved.subarray(shift))).toEqual(tensors);
      }),
    );
  });

  it('copies bytes that are not aligned, also out of a Buffer whose slice shares memory', () => {
    const bytes = Buffer.alloc(12);
    bytes.writeFloatLE(1.5, 1);
    expect(tensorFromBytes('float32', [2], bytes.subarray(1, 9)).data[0]).toBe(1.5);
  });
});
