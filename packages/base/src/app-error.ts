import { type ErrorCode, type ErrorRow, errorCatalogue } from './error-catalogue.ts';

export type ErrorDetail = Readonly<Record<string, string | number>>;

/** An error that a caller may see: a row of the catalogue, filled with detail. The cause stays inside. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, options: { detail?: ErrorDetail; cause?: unknown } = {}) {
    const detail = options.detail ?? {};
    super(publicText(code, detail), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = detail;
  }

  get row(): ErrorRow {
    return errorCatalogue[this.code];
  }
}

/** The catalogue's text of `code` with `{name}` filled from `detail`; names without a value stay visible as "?". */
export function publicText(code: ErrorCode, detail: ErrorDetail): string {
  return errorCatalogue[code].text.replace(/\{(\w+)\}/g, (_, name: string) => String(detail[name] ?? '?'));
}

/** Turns anything that was thrown into an AppError; what is not one becomes INTERNAL with the original as cause. */
export function toAppError(thrown: unknown, requestId = '-'): AppError {
  return thrown instanceof AppError
    ? thrown
    : new AppError('INTERNAL', { detail: { requestId }, cause: thrown });
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

/** Rebuilds an AppError from its wire form; a code this version does not know becomes INTERNAL. */
export function fromWireError(wire: WireError): AppError {
  return wire.code in errorCatalogue
    ? new AppError(wire.code, { detail: wire.detail })
    : new AppError('INTERNAL', { detail: { requestId: '-' }, cause: wire });
}
