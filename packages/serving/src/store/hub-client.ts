import { AppError } from '@tessera/base';
import { z } from 'zod';
import { defaultHubLimits, type HubLimits, lively } from './hub-limits.ts';
import { isInsideFolder } from './hub-names.ts';

export interface HubAddress {
  /** HF_ENDPOINT, such as https://huggingface.co or a mirror; null means https://huggingface.co. */
  readonly endpoint: string | null;
  readonly token: string | null;
}

export interface HubRepository {
  /** The identifier of the model, for messages. */
  readonly model: string;
  readonly repository: string;
  readonly revision: string;
}

/** What the hub lists: the commit that the revision means now, and its files. */
export interface HubListing {
  readonly commit: string;
  readonly files: readonly string[];
}

/** A file on its way from the hub. */
export interface HubFile {
  /** 206: the body continues at the offset asked for. */
  readonly isRest: boolean;
  /** Bytes of the whole file; null when the hub does not say. */
  readonly totalBytes: number | null;
  /** Hash or version that the hub gives the file; null when it gives none. */
  readonly etag: string | null;
  /** Rejects when the bytes stop coming. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface HubClient {
  readonly origin: string;
  readonly limits: HubLimits;
  /** null when the host has no listing, as a plain folder server. */
  list(of: HubRepository): Promise<HubListing | null>;
  /**
   * Opens a file from byte `from` on, as long as it is still the version `etag`; null when it is not there.
   */
  open(
    of: HubRepository,
    file: string,
    rest: { readonly from: number; readonly etag: string | null },
  ): Promise<HubFile | null>;
}

const publicHub = 'https://huggingface.co';
/** Hosts of the public hub's storage; large files are redirected there. */
const publicHubStorage = ['hf.co', 'huggingface.co'];

const listing = z.object({
  sha: z.string().regex(/^[0-9a-f]{7,64}$/),
  siblings: z.array(z.object({ rfilename: z.string() })),
});

/**
 * Talks to one hub host and to no other: redirects are followed inside that host (and the public hub's own
 * storage) only.
 */
export function hubClient(
  address: HubAddress,
  signal?: AbortSignal,
  limits: HubLimits = defaultHubLimits,
): HubClient {
  const origin = new URL(address.endpoint ?? publicHub).origin;
  const base = (address.endpoint ?? publicHub).replace(/\/+$/, '');

  const get = async (of: HubRepository, url: string, headers: Record<string, string>): Promise<Response> => {
    let target = new URL(url);
    for (let hop = 0; hop < 5; hop++) {
      const authorization = address.token && target.origin === origin ? `Bearer ${address.token}` : null;
      const late = new AbortController();
      const stopTimer = limits.clock.after(limits.answerMs, () => late.abort());
      const response = await fetch(target, {
        redirect: 'manual',
        headers: { ...headers, 'accept-encoding': 'identity', ...(authorization && { authorization }) },
        signal: AbortSignal.any([late.signal, ...(signal ? [signal] : [])]),
      })
        .catch((cause: unknown) => {
          if (signal?.aborted) throw new AppError('TASK_CANCELLED', { cause });
          const why = late.signal.aborted ? `no answer in ${limits.answerMs / 1000} s` : codeOf(cause);
          throw failure(of, `${target.host} cannot be reached (${why})`, cause);
        })
        .finally(stopTimer);
      const location =
        response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
      if (location === null) return response;
      await response.body?.cancel();
      target = new URL(location, target);
      if (!isTrusted(target, origin))
        throw failure(of, `the hub redirects to ${target.host}, which is not the configured host`);
    }
    throw failure(of, 'the hub redirects in a circle');
  };

  return {
    origin,
    limits,
    async list(of) {
      const path = `${of.repository}/revision/${encodeURIComponent(of.revision)}`;
      const response = await get(of, `${base}/api/models/${path}`, { accept: 'application/json' });
      if (response.status === 404) return drop(response);
      if (!response.ok) throw refused(of, response.status);
      const parsed = listing.safeParse(await jsonWithin(of, response, limits));
      if (!parsed.success) return null;
      return {
        commit: parsed.data.sha,
        files: parsed.data.siblings.map((s) => s.rfilename).filter(isInsideFolder),
      };
    },
    async open(of, file, { from, etag }) {
      const path = file.split('/').map(encodeURIComponent).join('/');
      const url = `${base}/${of.repository}/resolve/${encodeURIComponent(of.revision)}/${path}`;
      const range = from > 0 ? { range: `bytes=${from}-`, ...(etag && { 'if-range': `"${etag}"` }) } : {};
      const response = await get(of, url, range);
      if (response.status === 404) return drop(response);
      if (response.status === 416) {
        await drop(response);
        return this.open(of, file, { from: 0, etag: null });
      }
      if (!response.ok || !response.body) throw refused(of, response.status);
      const length = response.headers.get('content-length');
      const isRest = response.status === 206;
      return {
        isRest,
        totalBytes: length === null ? null : Number(length) + (isRest ? from : 0),
        etag: etagOf(response.headers),
        body: lively(response.body as ReadableStream<Uint8Array>, limits),
      };
    },
  };
}

/**
 * The JSON of a body, null when it is none. Throws MODEL_DOWNLOAD_FAILED when it is too large or does not
 * end.
 */
async function jsonWithin(of: HubRepository, response: Response, limits: HubLimits): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of lively(response.body as ReadableStream<Uint8Array>, limits)) {
      bytes += chunk.length;
      if (bytes > limits.listingBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw failure(of, `the hub's list of files broke off (${(cause as Error).message})`, cause);
  }
  if (bytes > limits.listingBytes)
    throw failure(of, `the hub's list of files is larger than ${limits.listingBytes} bytes`);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return null;
  }
}

export function failure(of: HubRepository, reason: string, cause?: unknown): AppError {
  return new AppError('MODEL_DOWNLOAD_FAILED', { detail: { model: of.model, reason }, cause });
}

function refused(of: HubRepository, status: number): AppError {
  if (status === 401 || status === 403)
    return failure(
      of,
      `the hub refuses access to ${of.repository} (${status}): it needs a token that may read it`,
    );
  return failure(of, `the hub answered ${status} for ${of.repository}`);
}

async function drop(response: Response): Promise<null> {
  await response.body?.cancel();
  return null;
}

/**
 * The hub gives a large file's sha256 as x-linked-etag on the way, other servers only have their own etag.
 */
function etagOf(headers: Headers): string | null {
  const etag = headers.get('x-linked-etag') ?? headers.get('etag');
  return etag?.replace(/^W\//, '').replaceAll('"', '') ?? null;
}

function isTrusted(target: URL, origin: string): boolean {
  if (target.origin === origin) return true;
  const isPublic = new URL(publicHub).origin === origin;
  return (
    isPublic &&
    target.protocol === 'https:' &&
    publicHubStorage.some((host) => target.hostname === host || target.hostname.endsWith(`.${host}`))
  );
}

function codeOf(thrown: unknown): string {
  const cause = (thrown as Error).cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? (thrown as Error).message;
}
