import type { Json, TaskName, TaskResult } from '@tessera/contracts';
import { encodeTensors } from '../arrays/encode-tensors.ts';
import { squareWarning } from './field-names.ts';
import { resultDefaults } from './result-defaults.ts';

/**
 * A result as SQuARE words it: `model_outputs` with every leaf encoded, the flag that says how, and every
 * field of the task (docs/square-wire.md#arrays, #results). Warnings, when there are any, stand beside them;
 * SQuARE's clients ignore the field.
 */
export function encodeResult(
  result: TaskResult,
  options: { readonly task: TaskName; readonly encoded: boolean },
): Json {
  return {
    model_outputs: encodeTensors(result.tensors, options.encoded ? 'npy' : 'list'),
    model_output_is_encoded: options.encoded,
    ...resultDefaults[options.task],
    ...result.fields,
    ...(result.warnings.length > 0 ? { warnings: result.warnings.map(squareWarning) } : {}),
  };
}
