import type { Tensor } from '@tessera/contracts';
import type { RowOutputs } from '../runtime.ts';
import type { FileOutput } from './output-names.ts';
import { cutTokens } from './split.ts';

/**
 * The first output that has NaN or an infinity at one of the row's own tokens; null when all numbers are
 * numbers.
 */
export function firstNotFinite(outputs: RowOutputs, tokens: number, kept: number): string | null {
  for (const [name, tensor] of Object.entries(outputs)) {
    const own = cutTokens(tensor, tokens, kept, name.replace(/\.\d+$/, '') as FileOutput);
    if (!hasNumbersOnly(own)) return name;
  }
  return null;
}

/** Zero times any number is zero, so that one comparison at the end is enough. */
function hasNumbersOnly({ data }: Tensor): boolean {
  if (!(data instanceof Float32Array) && !(data instanceof Float64Array)) return true;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! * 0;
  return sum === 0;
}
