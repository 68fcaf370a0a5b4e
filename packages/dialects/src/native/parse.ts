import type { z } from 'zod';
import { checkJson, defaultTextLimits, invalid } from '../text-limits.ts';

/** As {@link parseShape}, and every text in it can be stored: for everything but the texts of tasks, which have limits of their own. */
export function parse<S extends z.ZodObject>(schema: S, value: unknown): z.output<S> {
  const parsed = parseShape(schema, value);
  for (const [field, member] of Object.entries(parsed)) checkJson(member, field, defaultTextLimits);
  return parsed;
}

/** Parses with a schema; throws INPUT_INVALID naming the first field that is wrong ("input.0", "options.topk"; "body" for the whole). */
export function parseShape<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const path = issue.path.map(String).join('.');
  throw invalid(path.slice(0, 200) || 'body', problemOf(issue));
}

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `unknown ${issue.keys.length > 1 ? 'fields' : 'field'} ${issue.keys
      .slice(0, 5)
      .map((key) => JSON.stringify(key.slice(0, 60)))
      .join(', ')}`;
  return issue.message;
}
