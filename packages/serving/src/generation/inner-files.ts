import type { GraphCache } from '../graph/graph-cache.ts';
import type { Session } from '../session/session.ts';

/** A decoder file whose attention weights are outputs. */
export interface InnerDecoder {
  readonly session: Session;
  readonly attentions: readonly string[];
  readonly crossAttentions: readonly string[];
}

/** The files that show attention weights, beside the plain ones. */
export interface InnerFiles {
  readonly encoder: { readonly session: Session; readonly attentions: readonly string[] } | null;
  /** For the first step, and for those with a cache; one and the same where the file has no branches. */
  readonly first: InnerDecoder;
  readonly later: InnerDecoder;
}

export interface InnerFilesOptions {
  /** Null for decoder-only models. */
  readonly encoderPath: string | null;
  readonly decoderPath: string;
  readonly hasBranch: boolean;
  readonly cacheFor: (path: string) => Promise<GraphCache>;
  readonly openFile: (path: string) => Promise<Session>;
}

/**
 * Makes and opens the files when they are first asked for. What it gives throws OUTPUT_UNAVAILABLE,
 * MODEL_LOAD_FAILED.
 */
export function createInnerFiles(options: InnerFilesOptions): () => Promise<InnerFiles> {
  let opened: Promise<InnerFiles> | null = null;
  return () => {
    opened ??= open(options).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
}

async function open(options: InnerFilesOptions): Promise<InnerFiles> {
  const { encoderPath, decoderPath, hasBranch, cacheFor, openFile } = options;
  const decoder = async (isFirst: boolean): Promise<InnerDecoder> => {
    const { path, names } = await (await cacheFor(decoderPath)).exposeDecoder({ isFirst });
    return { session: await openFile(path), ...names };
  };
  const encoder = async (path: string): Promise<NonNullable<InnerFiles['encoder']>> => {
    const made = await (await cacheFor(path)).expose({ attentions: true, hiddenStates: false });
    return { session: await openFile(made.path), attentions: made.names.attentions };
  };
  const first = await decoder(true);
  return {
    encoder: encoderPath === null ? null : await encoder(encoderPath),
    first,
    later: hasBranch ? await decoder(false) : first,
  };
}
