import { isUtf8 } from 'node:buffer';
import { AppError } from '@tessera/base';
import express, { type Request, type RequestHandler } from 'express';

/** Reads a JSON body of at most `maxBytes`, whatever content type it claims; no body leaves `request.body` undefined. */
export function jsonBody(maxBytes: number): RequestHandler {
  return express.json({
    limit: maxBytes,
    strict: false,
    type: () => true,
    verify: (_request, _response, bytes) => {
      if (!isUtf8(bytes))
        throw Object.assign(new Error('the body is not valid UTF-8'), { type: 'body.not.utf8' });
    },
  });
}

/**
 * Throws JSON_REQUIRED for a body that does not claim to be JSON. A page can send text or a form anywhere without asking; JSON it can
 * send only where a preflight request was answered with leave.
 */
export function requireJson(request: Request): void {
  // null: there is no body; nor is there one where its length is 0.
  if (request.headers['content-length'] === '0' || request.is(['json', '+json']) !== false) return;
  const type = String(request.headers['content-type'] ?? '').slice(0, 100);
  throw new AppError('JSON_REQUIRED', { detail: { type: type.replace(/[^\x20-\x7e]/g, '?') } });
}
