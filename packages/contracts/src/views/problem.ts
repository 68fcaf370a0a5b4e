import { z } from 'zod';

/** RFC 9457 problem details. */
export const problem = z.object({
  type: z.string().describe('Where this kind of problem is explained.'),
  title: z.string().describe('The status in words.'),
  status: z.int().describe('The HTTP status.'),
  detail: z.string().describe('What is wrong, and what to do next.'),
  code: z.string().describe('A row of the error catalogue; programs should look at this.'),
  field: z.string().optional().describe('The part of the request that is wrong.'),
  retry: z.boolean().describe('Whether the same request may succeed later.'),
  requestId: z.string().describe("The id under which the server's log has it."),
});
export type Problem = z.infer<typeof problem>;

/** What an error code means: a row of the error catalogue. */
export const problemKind = z.object({
  type: z.string().describe('This page.'),
  code: z.string().describe('The `code` of a problem.'),
  status: z.int().describe('Its HTTP status.'),
  retry: z.boolean().describe('Whether the same request may succeed later.'),
  text: z.string().describe('Its text; {names} are filled in.'),
});

/** Reply of GET /v1/problems. */
export const problemList = z.object({ problems: z.array(problemKind).describe('One per code.') });
