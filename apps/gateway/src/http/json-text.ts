import type { WireResponse } from '@tessera/dialects';

/**
 * A JSON reply of any value that can be written as JSON, such as the views of packages that do not say so in
 * their types.
 */
export function jsonText(
  status: number,
  value: object,
  headers: Readonly<Record<string, string>> = {},
): WireResponse {
  return {
    status,
    headers,
    body: { kind: 'json-text', type: 'application/json', value: JSON.stringify(value) },
  };
}

/** 204. */
export const noContent: WireResponse = { status: 204, body: { kind: 'text', value: '' } };
