import type { TaskView, TensorEncoding } from '@tessera/contracts';
import type { WireResponse } from '../dialect.ts';
import type { ResultRecord } from '../result-record.ts';
import { resultText } from './encode-result.ts';

export interface TaskReplyParts {
  readonly view: TaskView;
  /** Present when the request waited and the task succeeded. */
  readonly result?: { readonly record: ResultRecord; readonly encoding: TensorEncoding };
  readonly warnings?: readonly string[];
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A task, with its result when there is one to show. */
export function encodeNativeTask({
  view,
  result,
  warnings = [],
  status,
  headers = {},
}: TaskReplyParts): WireResponse {
  const head = JSON.stringify(warnings.length > 0 ? { ...view, warnings } : view);
  const value = result
    ? `${head.slice(0, -1)},"result":${resultText(view, result.record, result.encoding)}}`
    : head;
  return { status, headers, body: { kind: 'json-text', type: 'application/json', value } };
}
