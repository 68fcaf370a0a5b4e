import { AppError } from '@tessera/base';

/**
 * Failures that say nothing about what was asked: the database is away, restarts, is full, or had to break
 * off for others.
 *
 * SQLSTATE classes 08 (connection), 53 (out of connections, memory, disk), 57 (shutting down, starting up,
 * cancelled), deadlock and serialization (40001, 40P01), lock_timeout (55P03), a standby that takes no writes
 * yet (25006), and I/O (58030).
 */
const passingStates = /^(?:(?:08|53|57)\w{3}|40001|40P01|55P03|25006|58030)$/;
/**
 * Prisma's own codes: unreachable, timed out, closed, no connection free, too many connections, lost while
 * answering.
 */
const passingPrismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2034', 'P2037', 'P2039']);
/** Of the system: nobody there, or its name cannot be looked up at the moment. */
const unreachable = ['ECONNREFUSED', 'ENOENT', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'ENOTFOUND'];
const passingSystemErrors = new Set([...unreachable, 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);
const noConnection = /timeout exceeded when trying to connect|due to connection timeout/i;
const passingTexts =
  /Connection terminated|Query read timeout|connection timeout|Client has encountered a connection error|Client was closed/i;

/** True for failures that say nothing about the statement or request: it may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  return chainOf(error).some((each) => {
    if (each instanceof AppError) return each.code === 'SERVICE_UNAVAILABLE';
    const code = codeOf(each);
    return (
      passingStates.test(code) ||
      passingPrismaCodes.has(code) ||
      passingSystemErrors.has(code) ||
      noConnection.test(each.message) ||
      passingTexts.test(each.message)
    );
  });
}

/** Server's words after which a session may have been cut between a commit and its answer. */
const cutStates = /^(?:08\w{3}|57P0[12])$/;
const unsentPrismaCodes = new Set(['P1001', 'P1002', 'P2024', 'P2034', 'P2037']);

/**
 * True for passing failures that are certain to have left no trace: no connection, or the server rolled back
 * and said so.
 */
export function hasNoEffect(error: unknown): boolean {
  return chainOf(error).some((each) => {
    const code = codeOf(each);
    return (
      (passingStates.test(code) && !cutStates.test(code)) ||
      unsentPrismaCodes.has(code) ||
      unreachable.includes(code) ||
      noConnection.test(each.message)
    );
  });
}

/** An error and what it was made of: Prisma keeps the driver's error in `meta`, AppErrors in `cause`. */
function chainOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let each = error; each instanceof Error && chain.length < 8; each = innerOf(each)) chain.push(each);
  return chain;
}

/**
 * What an AppError says is settled, whatever its cause was: a hub that refuses connections is no database
 * that is away.
 */
const unsettled = new Set(['SERVICE_UNAVAILABLE', 'MIGRATION_FAILED']);

function innerOf(error: Error): unknown {
  if (error instanceof AppError && !unsettled.has(error.code)) return null;
  const { meta } = error as { meta?: { driverAdapterError?: unknown } };
  return meta?.driverAdapterError ?? error.cause;
}

function codeOf(error: Error): string {
  const { code, cause } = error as { code?: unknown; cause?: { originalCode?: unknown } };
  if (typeof code === 'string') return code;
  // The driver adapter's error is no chain: its cause is a plain object.
  return typeof cause?.originalCode === 'string' ? cause.originalCode : '';
}
