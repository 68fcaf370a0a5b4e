import { isUtf8 } from 'node:buffer';
import express, { type RequestHandler } from 'express';

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
