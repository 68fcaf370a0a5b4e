import { type Clock, systemClock, within } from '@tessera/base';

/** What a hub may make us wait for and store. */
export interface HubLimits {
  readonly clock: Clock;
  /** Until the head of an answer. */
  readonly answerMs: number;
  /** Without a byte of a body. */
  readonly silenceMs: number;
  /** A body that brings fewer bytes in a minute is as good as silent. */
  readonly leastBytesPerMinute: number;
  /** Of the list of a repository's files. */
  readonly listingBytes: number;
  /** Of a file with weights: .onnx, its external data, .safetensors. */
  readonly weightBytes: number;
  /** Of every other file: configuration, tokenizer, vocabulary. */
  readonly textBytes: number;
}

export const defaultHubLimits: HubLimits = {
  clock: systemClock,
  answerMs: 30_000,
  silenceMs: 60_000,
  leastBytesPerMinute: 16 * 2 ** 10,
  listingBytes: 16 * 2 ** 20,
  weightBytes: 64 * 2 ** 30,
  textBytes: 256 * 2 ** 20,
};

/** The most bytes that a file of this name may have. */
export function mostBytesOf(file: string, limits: HubLimits): number {
  return /\.(json|txt|model|md|jinja|py)$/.test(file) ? limits.textBytes : limits.weightBytes;
}

/**
 * The chunks of a body, as long as they keep coming; rejects with the code ETIMEDOUT when they do not. Ends
 * the body when left early.
 */
export async function* lively(
  body: ReadableStream<Uint8Array>,
  { clock, silenceMs, leastBytesPerMinute }: HubLimits,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  let [sinceMs, bytes] = [clock.monotonicMs(), 0];
  try {
    for (;;) {
      const { done, value } = await within(clock, silenceMs, reader.read(), 'the next bytes');
      if (done) return;
      bytes += value.length;
      const minutes = (clock.monotonicMs() - sinceMs) / 60_000;
      if (minutes >= 1) {
        if (bytes < leastBytesPerMinute * minutes)
          throw Object.assign(new Error(`only ${bytes} bytes came in a minute`), { code: 'ETIMEDOUT' });
        [sinceMs, bytes] = [clock.monotonicMs(), 0];
      }
      yield value;
    }
  } finally {
    // A body that is silent does not answer this either.
    void reader.cancel().catch(() => undefined);
  }
}
