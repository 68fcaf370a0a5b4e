import { type ErrorCode, type ErrorRow, errorCatalogue } from './error-catalogue.ts';

export type ErrorDetail = Readonly<Record<string, string | number>>;

/** An error that a caller may see: a row of the catalogue, filled with detail. The cause stays inside. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  /** `text` is what was told before, of an error that was stored; absent, it is made from the detail. */
  constructor(code: ErrorCode, options: { detail?: ErrorDetail; cause?: unknown; text?: string } = {}) {
    const detail = options.detail ?? {};
    const text = options.text || publicText(code, detail);
    super(text, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = detail;
  }

  get row(): ErrorRow {
    return errorCatalogue[this.code];
  }
}

/**
 * The catalogue's text of `code` with `{name}` filled from `detail`; names without a value stay visible as
 * "?".
 */
export function publicText(code: ErrorCode, detail: ErrorDetail): string {
  return errorCatalogue[code].text.replace(/\{(\w+)\}/g, (_, name: string) => String(detail[name] ?? '?'));
}

/**
 * The error with its field in other words: a dialect's, or the place in a larger request. One without a field
 * stays as it is.
 */
export function renameField(error: AppError, rename: (field: string) => string): AppError {
  const { field } = error.detail;
  if (field === undefined) return error;
  const renamed = rename(String(field));
  if (renamed === field) return error;
  return new AppError(error.code, { detail: { ...error.detail, field: renamed }, cause: error.cause });
}

/**
 * Turns anything that was thrown into an AppError; what is not one becomes INTERNAL with the original as
 * cause. `id` names the request or task under which the log has the details; an INTERNAL that was made where
 * nobody knew gets it here.
 */
export function toAppError(thrown: unknown, id?: string): AppError {
  const detail = id === undefined ? {} : { requestId: id };
  if (!(thrown instanceof AppError)) return new AppError('INTERNAL', { detail, cause: thrown });
  if (thrown.code !== 'INTERNAL' || thrown.detail.requestId !== undefined) return thrown;
  return new AppError('INTERNAL', { detail, cause: thrown.cause });
}

/** The plain form in which an AppError crosses a process or database boundary. */
export interface WireError {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;
  readonly text: string;
}

export function toWireError(error: AppError): WireError {
  return { code: error.code, detail: error.detail, text: error.message };
}

/**
 * Rebuilds an AppError from its wire form, with the text it had; a code this version does not know becomes
 * INTERNAL.
 */
export function fromWireError(wire: WireError): AppError {
  return wire.code in errorCatalogue
    ? new AppError(wire.code, { detail: wire.detail, text: wire.text })
    : new AppError('INTERNAL', { cause: wire });
}
