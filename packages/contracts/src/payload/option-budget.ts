import { z } from 'zod';

/** What a caller allows for a whole request; absent members are no limit. */
export const optionBudget = z
  .object({ model_calls: z.int().min(1).optional(), seconds: z.number().positive().optional() })
  .default({});
export type OptionBudget = z.infer<typeof optionBudget>;
