import type { Response } from 'express';

/** Aborts when the client goes away before its answer, or when the gateway stops. */
export function clientSignal(response: Response, closing: AbortSignal): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, closing]);
}
