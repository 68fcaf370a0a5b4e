import { z } from 'zod';
import { checkSize } from '../check-size.ts';
import { checkJson, defaultTextLimits, invalid } from '../text-limits.ts';

/**
 * As {@link parseShape}, and every text in it can be stored: for everything but the texts of tasks, which
 * have limits of their own.
 */
export function parse<S extends z.ZodObject>(schema: S, value: unknown): z.output<S> {
  const parsed = parseShape(schema, value);
  for (const [field, member] of Object.entries(parsed)) checkJson(member, field, defaultTextLimits);
  return parsed;
}

/**
 * Parses with a schema; throws INPUT_INVALID naming the first field that is wrong ("input.0", "options.topk";
 * "body" for the whole).
 */
export function parseShape<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  checkSize(value);
  checkLongLists(schema, value);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refusal(parsed.error.issues[0]!, []);
}

/** Lists up to here are looked at as a whole. */
const shortList = 64;

/**
 * The first wrong element of a long list ends it: zod would collect an issue for each, which takes two
 * thousand times as long as parsing them. Only lists directly in the body can be long, see {@link checkSize}.
 */
function checkLongLists(schema: z.ZodType, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const long = Object.entries(value).filter(([, list]) => Array.isArray(list) && list.length > shortList);
  if (long.length === 0) return;
  // Everything else first: a list of right elements takes its time as well, and need not be read for a body
  // that is wrong.
  const short = long.map(([field, list]: [string, unknown[]]) => [field, list.slice(0, shortList)]);
  const { error } = schema.safeParse({ ...value, ...Object.fromEntries(short) });
  if (error) throw refusal(error.issues[0]!, []);
  const shape = shapeOf(schema, value);
  for (const [field, list] of long) {
    const known = shape && Object.hasOwn(shape, field) ? bare(shape[field]!) : null;
    if (known instanceof z.ZodArray) checkElements(known.element as z.ZodType, list, field);
  }
}

function checkElements(element: z.ZodType, list: readonly unknown[], field: string): void {
  for (let i = shortList; i < list.length; i++) {
    const { error } = element.safeParse(list[i]);
    if (error) throw refusal(error.issues[0]!, [field, i]);
  }
}

/** The fields a body may have; of several kinds of bodies, those of the kind that it says it is. */
function shapeOf(schema: z.ZodType, value: object): Readonly<Record<string, z.ZodType>> | null {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return null;
  const { discriminator } = schema.def;
  const kind = (value as Record<string, unknown>)[discriminator];
  for (const option of schema.options) {
    if (!(option instanceof z.ZodObject)) continue;
    const literal: unknown = option.shape[discriminator];
    if (literal instanceof z.ZodLiteral && literal.values.has(kind as string)) return option.shape;
  }
  return null;
}

/** A field's schema without what it says of absence. */
function bare(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
    ? bare(schema.unwrap() as z.ZodType)
    : schema;
}

function refusal(issue: z.core.$ZodIssue, before: readonly (string | number)[]): Error {
  const path = [...before, ...issue.path].map(String).join('.');
  return invalid(path.slice(0, 200) || 'body', problemOf(issue));
}

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `unknown ${issue.keys.length > 1 ? 'fields' : 'field'} ${issue.keys
      .slice(0, 5)
      .map((key) => JSON.stringify(key.slice(0, 60)))
      .join(', ')}`;
  return issue.message;
}
