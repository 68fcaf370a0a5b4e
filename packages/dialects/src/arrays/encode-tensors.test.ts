import { float32, type Tensor, tensor } from '@tessera/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeTensors } from './encode-tensors.ts';
import { toNestedList } from './nested-list.ts';
import { decodeNpy, encodeNpy } from './npy.ts';

describe('npy', () => {
  // Written by numpy 2's `np.save` of float32 [[0.25, 0.75]]; docs/square-wire.md#arrays shows it.
  it('writes what numpy writes, byte for byte', () => {
    expect(encodeTensors({ logits: float32([1, 2], [0.25, 0.75]) }, 'npy')).toEqual({
      logits:
        'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA+AABAPw==',
    });
  });

  it.each([
    [[], "'shape': (), }"],
    [[3], "'shape': (3,), }"],
    [[2, 3], "'shape': (2, 3), }"],
    [[0, 4], "'shape': (0, 4), }"],
  ])('writes shape %j as a Python tuple and aligns the data', (shape, text) => {
    const file = encodeNpy(tensor('float32', shape));
    const header = new TextDecoder('latin1').decode(file).split('\n')[0]!;
    expect(header).toContain(text);
    expect((header.length + 1) % 64).toBe(0);
  });

  it.each([
    ['float32', '<f4'],
    ['float64', '<f8'],
    ['int64', '<i8'],
    ['int32', '<i4'],
    ['bool', '|b1'],
  ] as const)('names %s as %s', (dtype, descr) => {
    expect(Buffer.from(encodeNpy(tensor(dtype, [2]))).toString('latin1')).toContain(`'descr': '${descr}'`);
  });

  it('is read back unchanged for any shape and values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), fc.integer(), (shape, seed) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const original = float32(
          shape,
          Float32Array.from({ length: size }, (_, i) => Math.fround(seed + i / 7)),
        );
        const read = decodeNpy(encodeNpy(original));
        expect(read.shape).toEqual(shape);
        expect(read.data).toEqual(original.data);
      }),
    );
  });

  it('refuses what it cannot read', () => {
    expect(() => decodeNpy(new Uint8Array(64))).toThrow('not an .npy file');
    const fortran = Buffer.from(encodeNpy(tensor('float32', [2])))
      .toString('latin1')
      .replace('False', 'True ');
    expect(() => decodeNpy(Buffer.from(fortran, 'latin1'))).toThrow('cannot read');
  });
});

describe('plain lists', () => {
  it('nest by shape', () => {
    expect(toNestedList(float32([2, 2], [1, 2, 3, 4]))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(toNestedList(float32([], [7]))).toBe(7);
    expect(toNestedList(tensor('int64', [2], BigInt64Array.from([5n, -1n])))).toEqual([5, -1]);
    expect(toNestedList(tensor('bool', [2], Uint8Array.from([1, 0])))).toEqual([true, false]);
  });

  it('clamp what JSON cannot say to the float32 range', () => {
    const list = toNestedList(float32([4], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, NaN, 1]));
    expect(list).toEqual([3.4028234663852886e38, -3.4028234663852886e38, 0, 1]);
    expect(JSON.parse(JSON.stringify(list)).map(Math.fround)).toEqual(list);
  });
});

describe('dotted names', () => {
  const one = (value: number): Tensor => float32([1], [value]);

  it('become lists in the order of their numbers, whatever order they came in', () => {
    const names = Object.fromEntries(
      [10, 2, 0, 1, 3, 4, 5, 6, 7, 8, 9].map((i) => [`attentions.${i}`, one(i)]),
    );
    expect(encodeTensors({ logits: one(-1), ...names }, 'list')).toEqual({
      logits: [-1],
      attentions: Array.from({ length: 11 }, (_, i) => [i]),
    });
  });

  it('nest as deep as they are written', () => {
    expect(
      encodeTensors({ 'scores.0.0': one(1), 'scores.0.1': one(2), 'scores.1.0': one(3) }, 'list'),
    ).toEqual({ scores: [[[1], [2]], [[3]]] });
  });

  it('have only strings at the leaves when encoded', () => {
    const leaves = (value: unknown): unknown[] => (Array.isArray(value) ? value.flatMap(leaves) : [value]);
    const encoded = encodeTensors({ 'a.0.0': one(1), 'a.0.1': one(2), b: one(3) }, 'npy');
    for (const leaf of Object.values(encoded).flatMap(leaves)) expect(leaf).toMatch(/^[A-Za-z0-9+/]+=*$/);
  });
});
