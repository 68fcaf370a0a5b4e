import type { WireResponse } from '@tessera/dialects';
import type { Response } from 'express';

/** Sends a reply as its dialect worded it. */
export function send(response: Response, reply: WireResponse): void {
  const { body } = reply;
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  switch (body.kind) {
    case 'json':
      response.setHeader('Content-Type', 'application/json');
      return void response.end(JSON.stringify(body.value));
    case 'json-text':
      response.setHeader('Content-Type', body.type);
      return void response.end(body.value);
    case 'text':
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      return void response.end(body.value);
    case 'bytes':
      response.setHeader('Content-Type', body.type);
      return void response.end(body.value);
  }
}
