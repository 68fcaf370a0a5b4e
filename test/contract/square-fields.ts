import {
  encodeSafetensors,
  fieldsOf,
  resultVersion,
  type TaskName,
  type TaskResult,
} from '@tessera/contracts';
import { encodeResult } from '../../packages/dialects/src/square/encode-result.ts';

/** A result as SQuARE's clients get it with plain arrays, for tests of what they read. */
// biome-ignore lint/suspicious/noExplicitAny: these tests read the public wire as clients without types do
export function squareFields(result: TaskResult, task: TaskName): any {
  const { tensors, warnings } = result;
  const record = {
    version: resultVersion,
    fieldsText: JSON.stringify(fieldsOf(result)),
    tensors: encodeSafetensors(tensors),
    warnings,
  };
  return encodeResult(record, { task, encoded: false });
}
