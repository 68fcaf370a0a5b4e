import { z } from 'zod';

/** RFC 9457 problem details. */
export const problem = z.object({
  type: z.string().describe('Where this kind of problem is explained.'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().describe('A row of the error catalogue; programs should look at this.'),
  field: z.string().optional().describe('The part of the request that is wrong.'),
  retry: z.boolean().describe('Whether the same request may succeed later.'),
  requestId: z.string(),
});
export type Problem = z.infer<typeof problem>;
