import type { JobRequest, Json, ModelEntry, TaskName } from '@tessera/contracts';
import type { FeatureTable } from './features.ts';
import type { TextLimits } from './text-limits.ts';

/** What decoding needs to know beside the body. */
export interface DecodeContext {
  readonly model: ModelEntry;
  readonly task: TaskName;
  readonly features: FeatureTable;
  readonly limits: TextLimits;
  /** Who asks: a key's id, or "local". */
  readonly caller: string;
}

/** A decoded request, and what the caller should know of it: options that were ignored. */
export interface Decoded {
  readonly request: JobRequest;
  readonly warnings: readonly string[];
}

/** A reply as a dialect words it; the gateway only sends it. */
export interface WireResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body:
    | { readonly kind: 'json'; readonly value: Json }
    /** JSON that is written already. */
    | { readonly kind: 'json-text'; readonly type: string; readonly value: string }
    | { readonly kind: 'text'; readonly value: string }
    | { readonly kind: 'bytes'; readonly type: string; readonly value: Uint8Array };
}

/** A JSON reply. */
export function jsonReply(
  status: number,
  value: Json,
  headers: Readonly<Record<string, string>> = {},
): WireResponse {
  return { status, headers, body: { kind: 'json', value } };
}
