import { isUtf8 } from 'node:buffer';
import { AppError } from '@tessera/base';
import express, { type Request, type RequestHandler } from 'express';

/**
 * Reads a JSON body of at most `maxBytes`, whatever content type it claims; no body leaves `request.body`
 * undefined.
 */
export function jsonBody(maxBytes: number): RequestHandler {
  return express.json({
    limit: maxBytes,
    strict: false,
    type: () => true,
    verify: (_request, _response, bytes) => {
      checkDepth(bytes);
      if (!isUtf8(bytes))
        throw Object.assign(new Error('the body is not valid UTF-8'), { type: 'body.not.utf8' });
    },
  });
}

/**
 * Levels that are parsed, in tens of milliseconds at the most. What is read of a body may be far less deep;
 * SQuARE ignores members that it does not know, however deep they are.
 */
const maxParsedDepth = 200_000;

/**
 * Throws BODY_TOO_DEEP: V8 takes eleven seconds for eight million brackets, and counting them takes a few
 * milliseconds.
 */
function checkDepth(bytes: Uint8Array): void {
  if (bytes.length <= maxParsedDepth) return;
  let depth = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inText) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inText = false;
    } else if (byte === 0x22) inText = true;
    else if (byte === 0x5b || byte === 0x7b) depth++;
    else if (byte === 0x5d || byte === 0x7d) depth--;
    if (depth > maxParsedDepth)
      throw new AppError('BODY_TOO_DEEP', { detail: { field: 'body', limit: maxParsedDepth } });
  }
}

/**
 * Throws JSON_REQUIRED for a body that does not claim to be JSON. A page can send text or a form anywhere
 * without asking; JSON it can send only where a preflight request was answered with leave.
 */
export function requireJson(request: Request): void {
  // null: there is no body; nor is there one where its length is 0.
  if (request.headers['content-length'] === '0' || request.is(['json', '+json']) !== false) return;
  const type = String(request.headers['content-type'] ?? '').slice(0, 100);
  throw new AppError('JSON_REQUIRED', { detail: { type: type.replace(/[^\x20-\x7e]/g, '?') } });
}
