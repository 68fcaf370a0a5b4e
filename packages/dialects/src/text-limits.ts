import { AppError } from '@tessera/base';

/** Limits of one request that hold whatever the model is. */
export interface TextLimits {
  /** UTF-16 units of one text. */
  readonly maxTextLength: number;
  /** Levels of lists and objects inside options. */
  readonly maxDepth: number;
  /** Records of one evaluated dataset. */
  readonly maxRecords: number;
}

// In a Unicode-aware pattern a surrogate matches only where it has no partner.
const loneSurrogate = /\p{Surrogate}/u;

export const defaultTextLimits: TextLimits = {
  maxTextLength: 1_000_000,
  maxDepth: 16,
  maxRecords: 10_000,
};

/**
 * Throws INPUT_INVALID naming `field` when a text cannot be stored or tokenized: lone surrogate, NUL, too
 * long.
 */
export function checkText(text: string, field: string, limits: TextLimits): void {
  if (text.length > limits.maxTextLength)
    throw invalid(
      field,
      `the text has ${text.length} characters; at most ${limits.maxTextLength} are allowed. Send shorter texts`,
    );
  if (loneSurrogate.test(text))
    throw invalid(field, 'the text contains a lone surrogate; send well-formed Unicode');
  if (text.includes('\u0000')) throw invalid(field, 'the text contains the character NUL; remove it');
}

/**
 * Throws as {@link checkText} for every string and key inside a JSON value, and BODY_TOO_DEEP when it nests
 * too deeply.
 */
export function checkJson(value: unknown, field: string, limits: TextLimits, depth = 0): void {
  if (typeof value === 'string') checkText(value, field, limits);
  if (typeof value !== 'object' || value === null) return;
  if (depth >= limits.maxDepth)
    throw new AppError('BODY_TOO_DEEP', { detail: { field, limit: limits.maxDepth } });
  for (const [key, member] of Object.entries(value)) {
    checkText(key, field, limits);
    checkJson(member, `${field}.${key}`, limits, depth + 1);
  }
}

/** An INPUT_INVALID error; `type` is pydantic's name of the failure, which the SQuARE dialect shows. */
export function invalid(field: string, problem: string, type = 'value_error'): AppError {
  return new AppError('INPUT_INVALID', { detail: { field, problem, type } });
}
