import type { Log } from '@tessera/base';
import type { GraphCache } from '../graph/graph-cache.ts';
import type { Session } from '../session/session.ts';
import { isSameInSlots } from './compare-engines.ts';
import { type DecoderLayout, positionsComeFromMask } from './decoder-layout.ts';
import type { SlotFiles } from './slot-files.ts';
import type { GenerativeFiles } from './stepper.ts';

export interface OpenSlotsOptions {
  readonly model: string;
  readonly architecture: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly layout: DecoderLayout;
  /** Made files of the decoder. */
  readonly cache: GraphCache;
  readonly openFile: (path: string) => Promise<Session>;
  /** The files as they are, to compare with. */
  readonly plain: Omit<GenerativeFiles, 'onRun'>;
  readonly vocabularySize: number;
  readonly log: Log;
}

/**
 * Opens a decoder rewritten for slots, when it can be and gives the same logits as the file itself on a trial
 * of rows that join and leave. Null means that the files run as they are; a file that defeats the rewriting
 * is one of those, and no error.
 */
export async function openSlots(options: OpenSlotsOptions): Promise<SlotFiles | null> {
  const { openFile, plain, model, log } = options;
  const opened: Session[] = [];
  const open = async (file: string): Promise<Session> => {
    const session = await openFile(file);
    opened.push(session);
    return session;
  };
  let reason: unknown = 'its logits differ';
  try {
    const files = await openRewritten(options, open);
    if (files === null) return null;
    if (await isSameInSlots(files, plain, options.vocabularySize)) return files;
  } catch (error) {
    reason = error instanceof Error ? error.message : error;
  }
  log.warn({ model, reason }, 'the decoder cannot be rewritten and runs as it is, more slowly');
  for (const session of opened) await session.close();
  return null;
}

/** Null where a rewritten decoder would not be right or cannot be made. */
async function openRewritten(
  options: OpenSlotsOptions,
  open: (file: string) => Promise<Session>,
): Promise<SlotFiles | null> {
  const { layout, cache, plain, config } = options;
  if (layout.cache.length === 0 || layout.isHalf || looksNearOnly(config)) return null;
  const { path, names } = await cache.step();
  if (names === null) return null;
  const canHaveGaps =
    layout.hasPositions || names.bucketCount !== null || positionsComeFromMask(options.architecture);
  if (!canHaveGaps || names.readsLength) return null;
  const pair = await openPair(options, open);
  if (pair === undefined) return null;
  return {
    step: await open(path),
    fresh: names.fresh,
    cache: layout.cache,
    pair,
    buckets:
      names.bucketCount === null
        ? null
        : { count: names.bucketCount, maxDistance: Number(config.relative_attention_max_distance ?? 128) },
    padId: plain.padId,
  };
}

/** The encoder's side; null for decoder-only models, undefined when the file cannot be split. */
async function openPair(
  { plain, layout, cache }: OpenSlotsOptions,
  open: (file: string) => Promise<Session>,
): Promise<SlotFiles['pair'] | undefined> {
  const { encoder } = plain;
  if (!encoder) return null;
  if (!layout.hasBranch || layout.crossCache.length === 0 || layout.encoderSize === null) return undefined;
  const { path, names } = await cache.cross();
  if (names === null) return undefined;
  return { encoder, cross: await open(path), cache: layout.crossCache, hiddenSize: layout.encoderSize };
}

/**
 * Whether some layer looks at near positions only: what it hides then hangs on more than the text's length.
 */
function looksNearOnly(config: Readonly<Record<string, unknown>>): boolean {
  const window = config.sliding_window ?? config.attention_window ?? config.window_size;
  const isOff = window === undefined || window === null || config.use_sliding_window === false;
  return !isOff || 'attention_types' in config || 'attention_chunk_size' in config;
}
