import type { TaskState, TaskToken } from '@tessera/contracts';

/** What travels between processes at once; ids only. */
export type Notice =
  /** The task moved to `state` (or made progress). */
  | { readonly kind: 'task'; readonly taskId: string; readonly state: TaskState | 'progress' }
  /** A piece of generated text; the one notice that carries more than ids, because nobody stores it. */
  | { readonly kind: 'token'; readonly taskId: string; readonly token: TaskToken }
  /** The catalogue's entry changed. */
  | { readonly kind: 'model'; readonly identifier: string }
  /** A key was made or revoked. */
  | { readonly kind: 'keys' }
  /** Local only: the connection was away and notices may be missing; look for yourself. */
  | { readonly kind: 'gap' };

/** Best-effort broadcast to every process. A lost notice costs time, never correctness. */
export interface Notices {
  /** Resolves when this process hears notices for the first time. */
  readonly opened: Promise<void>;
  publish(notices: readonly Notice[]): void;
  /** Returns a function that ends the subscription. */
  subscribe(listener: (notice: Notice) => void): () => void;
  close(): Promise<void>;
}
