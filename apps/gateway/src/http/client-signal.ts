import type { Response } from 'express';

/**
 * Why a signal of {@link clientSignal} aborts; made once, because an abort without a reason makes an
 * exception each time.
 */
const nobodyWaits = new Error('the client went away, or the gateway stops');

/** Who waits while the gateway is open: one listener for all of them, however many. */
const waiting = new WeakMap<AbortSignal, Set<AbortController>>();

/** Aborts when the client goes away before its answer, or when the gateway stops. */
export function clientSignal(response: Response, closing: AbortSignal): AbortSignal {
  const gone = new AbortController();
  if (closing.aborted) {
    gone.abort(nobodyWaits);
    return gone.signal;
  }
  const everybody = waiting.get(closing) ?? gather(closing);
  everybody.add(gone);
  response.once('close', () => {
    everybody.delete(gone);
    if (!response.writableFinished) gone.abort(nobodyWaits);
  });
  return gone.signal;
}

function gather(closing: AbortSignal): Set<AbortController> {
  const everybody = new Set<AbortController>();
  waiting.set(closing, everybody);
  closing.addEventListener('abort', () => {
    for (const one of everybody) one.abort(nobodyWaits);
  });
  return everybody;
}
