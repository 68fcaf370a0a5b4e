import { type JobPayload, jobPayload } from '@tessera/contracts';

/** A payload with every default filled in, as a dialect would have parsed it. */
export function payloadOf<T extends JobPayload['task']>(
  task: T,
  input: JobPayload['input'],
  more: Record<string, unknown> = {},
): JobPayload<T> {
  return jobPayload.parse({ task, input, ...more }) as JobPayload<T>;
}
