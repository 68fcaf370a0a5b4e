/** No answer at all: the message names the address and what is known of the reason. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly baseUrl: string;

  constructor(baseUrl: string, cause: unknown) {
    super(`${baseUrl} cannot be reached (${reasonOf(cause)}). Is the server running there?`, { cause });
    this.baseUrl = baseUrl;
  }
}

/** Node hides the system's word for it one level down: "fetch failed" alone helps nobody. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause as { readonly code?: string; readonly message?: string } | undefined;
  return inner?.code ?? inner?.message ?? cause.message;
}
