import type { Problem } from '@tessera/contracts';

/** A refusal by the server: RFC 9457 problem details with `code` for programs. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  /** Seconds after which trying again may help; null when the server did not say. */
  readonly retryAfterSeconds: number | null;

  constructor(problem: Problem, retryAfterSeconds: number | null) {
    super(problem.detail);
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get code(): string {
    return this.problem.code;
  }
}

/** The error of a response that is not 2xx; one that is no problem document becomes one. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const text = await response.text();
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const seconds = Number.isFinite(retryAfter) ? retryAfter : null;
  const parsed = parse(text);
  if (parsed) return new ProblemError(parsed, seconds);
  return new ProblemError(
    {
      type: 'about:blank',
      title: response.statusText || 'Error',
      status: response.status,
      detail: `${response.status} from ${response.url}: ${text.slice(0, 200)}`,
      code: 'UNEXPECTED_REPLY',
      retry: response.status >= 500,
      requestId: response.headers.get('x-request-id') ?? '-',
    },
    seconds,
  );
}

function parse(text: string): Problem | null {
  try {
    const value = JSON.parse(text) as Partial<Problem>;
    return typeof value.code === 'string' && typeof value.detail === 'string' ? (value as Problem) : null;
  } catch {
    return null;
  }
}
