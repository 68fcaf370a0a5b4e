import { type BatchLoop, openBatchLoop } from '../batching/batch-loop.ts';
import type { RowOutputs } from '../runtime.ts';
import { eventsOf, type OpenRuntimeOptions } from '../runtime-options.ts';
import type { FillIds } from './collate.ts';
import { createForwardRunner, type ForwardRow } from './forward-runner.ts';

/** The batch loop that all views of the model share. */
export function openForwardLoop(
  options: OpenRuntimeOptions,
  model: { readonly device: string; readonly ids: FillIds; readonly limits: { readonly maxRows: number } },
): BatchLoop<ForwardRow, RowOutputs> {
  const maxTokens = options.maxPaddedTokens ?? (model.device === 'cpu' ? 1024 : 16_384);
  return openBatchLoop({
    runner: createForwardRunner(model.ids),
    limits: ({ file }) => ({
      maxRows: Math.min(model.limits.maxRows, file.most.rows, file.plan.fixedRows ?? file.most.rows),
      maxPaddedTokens: Math.min(maxTokens, file.most.tokens),
      batchCostTokens: 16,
    }),
    clock: options.clock,
    ...eventsOf(options),
  });
}
