import { AppError } from '@tessera/base';
import { encodeSafetensors, fieldsOf, type TaskResult, type TaskTimings } from '@tessera/contracts';
import type { TaskDone } from './protocol.ts';

/** Packs a result for the way through the host; throws RESULT_TOO_LARGE when nobody could store it. */
export function packResult(result: TaskResult, limit: number, timings: TaskTimings): TaskDone {
  // Measured before packing: a result that is far too large should not be copied once more first.
  const bytes = Object.values(result.tensors).reduce((sum, t) => sum + t.data.byteLength, 0);
  if (bytes > limit) throw new AppError('RESULT_TOO_LARGE', { detail: { bytes, limit } });
  return {
    fields: fieldsOf(result),
    tensors: encodeSafetensors(result.tensors),
    warnings: result.warnings,
    timings,
  };
}
