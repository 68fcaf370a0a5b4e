import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface HubServerOptions {
  readonly repository: string;
  readonly folder: string;
  /** Answer /api/models/…; a plain folder server does not. */
  readonly lists: boolean;
  readonly token?: string;
  /** Sends so many bytes of this file, once, then holds the connection until `breakHeld`. */
  readonly holdOnce?: { readonly file: string; readonly afterBytes: number };
  /** Sends these files elsewhere. */
  readonly redirect?: { readonly file: string; readonly to: string };
  /** Lies about the hash of this file. */
  readonly wrongHash?: string;
}

export interface HubServer {
  readonly endpoint: string;
  /** "GET path" or "GET path bytes=…", in order. */
  readonly requests: string[];
  commit: string;
  /** Breaks the connection that is held. */
  breakHeld(): void;
  close(): Promise<void>;
}

/** A model hub on loopback that serves one folder the way huggingface.co does. */
export async function startHubServer(options: HubServerOptions): Promise<HubServer> {
  const requests: string[] = [];
  let held: IncomingMessage | null = null;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/');
    const range = request.headers.range;
    requests.push(`${request.method} ${path}${range ? ` ${range}` : ''}`);
    if (options.token && request.headers.authorization !== `Bearer ${options.token}`)
      return end(response, 401);
    if (path === `/api/models/${options.repository}/revision/main` && options.lists) {
      const siblings = filesIn(options.folder).map((rfilename) => ({ rfilename }));
      siblings.push({ rfilename: '../../outside.json' });
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ sha: hub.commit, siblings }));
      return;
    }
    const [, revision, file] = path.match(new RegExp(`^/${options.repository}/resolve/([^/]+)/(.+)$`)) ?? [];
    if (
      !revision ||
      !file ||
      ![hub.commit, 'main'].includes(revision) ||
      !filesIn(options.folder).includes(file)
    )
      return end(response, 404);
    if (options.redirect?.file === file) {
      response.setHeader('location', options.redirect.to);
      return end(response, 302);
    }
    sendFile(request, response, file);
  });

  function sendFile(request: IncomingMessage, response: ServerResponse, file: string): void {
    const bytes = readFileSync(join(options.folder, file));
    const etag =
      options.wrongHash === file ? '0'.repeat(64) : createHash('sha256').update(bytes).digest('hex');
    response.setHeader('etag', `"${etag}"`);
    const from = Number(request.headers.range?.match(/^bytes=(\d+)-$/)?.[1] ?? 0);
    const isRest = from > 0 && request.headers['if-range'] === `"${etag}"`;
    const rest = isRest ? bytes.subarray(from) : bytes;
    response.statusCode = isRest ? 206 : 200;
    response.setHeader('content-length', rest.length);
    if (options.holdOnce?.file === file && !held) {
      held = request;
      response.write(rest.subarray(0, options.holdOnce.afterBytes));
      return;
    }
    response.end(rest);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hub: HubServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    commit: 'a'.repeat(40),
    breakHeld: () => held?.socket.destroy(),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return hub;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function end(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.end();
}
