import type { Json, NamedTensors, Tensor } from '@tessera/contracts';
import { joinTensors } from './join-tensors.ts';
import { toNestedList } from './nested-list.ts';
import { encodeNpy } from './npy.ts';

/**
 * Tensors as JSON: `npy` gives base64 strings of `.npy` files (docs/square-wire.md#arrays), `list` plain
 * nested lists.
 */
export function encodeTensors(
  tensors: NamedTensors,
  encoding: 'npy' | 'list',
): Readonly<Record<string, Json>> {
  return joinTensors(tensors, encoding === 'npy' ? toBase64Npy : toNestedList);
}

function toBase64Npy(tensor: Tensor): string {
  const file = encodeNpy(tensor);
  return Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString('base64');
}
