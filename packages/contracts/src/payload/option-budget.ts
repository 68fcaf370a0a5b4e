import { z } from 'zod';

/** What a caller allows for a whole request; absent members are no limit. */
export const optionBudget = z
  .object({
    model_calls: z.int().min(1).optional().describe('Rows that may go through the model.'),
    seconds: z.number().positive().optional().describe('Wall time, in seconds.'),
  })
  .default({})
  .describe('What may be spent; the best result so far is the answer then. Absent members are no limit.');
export type OptionBudget = z.infer<typeof optionBudget>;
