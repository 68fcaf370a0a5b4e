import type { Dialect, WireResponse } from '@tessera/dialects';
import { openApiDocument } from '@tessera/dialects';
import { jsonText } from '../http/json-text.ts';

/** Of the packages, which are released together. */
const version = '0.1.0';

/** A handler that answers with a dialect's OpenAPI document, made when it is asked for the first time. */
export function openApiPage(dialect: Dialect): () => WireResponse {
  let page: WireResponse | undefined;
  return () => (page ??= jsonText(200, openApiDocument(dialect, { version })));
}
