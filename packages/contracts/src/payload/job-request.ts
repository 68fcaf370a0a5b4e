import type { TaskKind } from '../names.ts';
import type { JobPayload } from './payload.ts';

/** What a dialect hands to `submit`. */
export interface JobRequest {
  readonly model: string;
  readonly kind: TaskKind;
  readonly payload: JobPayload;
  /** 0 is normal; larger runs earlier. From -10 to 10. */
  readonly priority: number;
  readonly idempotencyKey: string | null;
  /** Who asked: the key's id, or "local" when keys are off. */
  readonly caller: string;
  /** Time to live in the queue, in milliseconds; null waits for ever. */
  readonly timeToLiveMs: number | null;
}
