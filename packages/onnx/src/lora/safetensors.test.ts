import { AppError } from '@tessera/base';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from './safetensors.ts';

function file(header: unknown, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.byteLength), true);
  return new Uint8Array(Buffer.concat([length, text, data]));
}

const bytes = (data: ArrayBufferView) => new Uint8Array(data.buffer as ArrayBuffer);

describe('safetensors', () => {
  it('reads a Buffer whose data lie at an odd place', () => {
    const whole = file(
      { a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } },
      bytes(Float32Array.of(1.5)),
    );
    const moved = Buffer.concat([Buffer.alloc(1), whole]).subarray(1);
    expect(readSafetensors(moved).get('a')?.values).toEqual(Float32Array.of(1.5));
  });

  it('reads every float type', () => {
    const parts = [
      Float32Array.of(1.5, -2),
      Float64Array.of(0.25, 8),
      Uint16Array.of(0x3c00, 0xc000),
      Uint16Array.of(0x3f80, 0xbf00),
    ];
    const data = new Uint8Array(Buffer.concat(parts.map(bytes)));
    const places = parts.map((_, index) =>
      parts.slice(0, index).reduce((end, part) => end + part.byteLength, 0),
    );
    const names = ['F32', 'F64', 'F16', 'BF16'];
    const header = Object.fromEntries(
      names.map((dtype, index) => [
        dtype,
        { dtype, shape: [2], data_offsets: [places[index], places[index + 1] ?? data.byteLength] },
      ]),
    );
    const read = readSafetensors(file({ __metadata__: { format: 'pt' }, ...header }, data));
    expect([...read.keys()]).toEqual(names);
    expect(names.map((name) => Array.from(read.get(name)?.values ?? []))).toEqual([
      [1.5, -2],
      [0.25, 8],
      [1, -2],
      [1, -0.5],
    ]);
  });

  it.each([
    ['a stump', new Uint8Array(3)],
    ['a header longer than the file', Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0, 1)],
    ['a header that is not JSON', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 65)],
    ['data cut short', file({ a: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } }, new Uint8Array(8))],
    ['integers', file({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, new Uint8Array(8))],
  ])('%s is refused', (_, broken) => {
    expect(() => readSafetensors(broken)).toThrow(AppError);
  });
});
