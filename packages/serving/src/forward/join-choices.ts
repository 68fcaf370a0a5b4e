import { AppError } from '@tessera/base';
import { float32 } from '@tessera/contracts';
import type { RowOutputs } from '../runtime.ts';

/**
 * Puts the answers of one question's choices together: the first row gets `logits` [N], the others lose
 * theirs. A choice's logit does not depend on the other choices, which is why choices may run in any batch.
 * Throws MODEL_TASK_MISMATCH when the head gives more than one number a choice.
 */
export function joinChoices(rows: readonly RowOutputs[], model: string): readonly RowOutputs[] {
  const numbers = rows.map(({ logits }) => {
    if (logits?.data.length === 1) return Number(logits.data[0]);
    throw new AppError('MODEL_TASK_MISMATCH', {
      detail: {
        model,
        task: 'multiple choice',
        possible: `classification into ${logits?.data.length ?? 'no'} classes`,
      },
    });
  });
  return rows.map(({ logits: _, ...others }, i) =>
    i === 0 ? { logits: float32([numbers.length], numbers), ...others } : others,
  );
}
