import { ProblemError, UnreachableError } from '@tessera/client';

/** Wrong usage that only shows once files or the server were looked at. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A task ended without a result. */
export class TaskFailedError extends Error {
  override readonly name = 'TaskFailedError';
}

/** What each exit code means; printed by `tessera --help`. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  taskFailed: 5,
  interrupted: 130,
} as const;

/** The exit code of a failure. */
export function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof UsageError) return exitCodes.usage;
  if (thrown instanceof UnreachableError) return exitCodes.unreachable;
  if (thrown instanceof TaskFailedError) return exitCodes.taskFailed;
  if (thrown instanceof ProblemError) return exitCodes.refused;
  return exitCodes.unexpected;
}

/** A failure in one line, with what to do next where that is known. */
export function explainFailure(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown instanceof UnreachableError)
    return `${thrown.message} "npm start" starts one; --server or TESSERA_SERVER say where it is.`;
  if (!(thrown instanceof ProblemError)) return thrown.message;
  const { detail, code, status } = thrown.problem;
  const hint =
    status === 401 || status === 403 ? ' Give a key by --key or TESSERA_API_KEY.' : waitHint(thrown);
  return `${detail} (${code})${hint}`;
}

function waitHint({ retryAfterSeconds }: ProblemError): string {
  return retryAfterSeconds === null ? '' : ` Try again in ${retryAfterSeconds} s.`;
}
