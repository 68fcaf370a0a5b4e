import type { Tensor } from '@tessera/contracts';
import type { Session } from '../session/session.ts';
import { type Encoded, HIDDEN, runDecoder, type StepResult } from './decoder.ts';
import type { DecoderLayout } from './decoder-layout.ts';
import { askJob, book } from './engine.ts';
import type { InnerRow } from './generator.ts';
import type { InnerFiles } from './inner-files.ts';
import { logSoftmax } from './log-softmax.ts';
import type { Batch, Entry, Member, RowAhead } from './members.ts';
import { runEncoder } from './prefill.ts';
import type { BlockSpec } from './row-store.ts';

/** The files of a generative model and what is known of them. */
export interface GenerativeFiles {
  readonly encoder: Session | null;
  readonly decoder: Session;
  readonly layout: DecoderLayout;
  /** Opens the files that show attention weights, once. */
  readonly inner: () => Promise<InnerFiles>;
  readonly padId: number;
  /** Told how long each run of the model took. */
  readonly onRun: (computeMs: number) => void;
}

/**
 * The files that show attention weights, when one of the jobs wants them; its batch-mates run in them for
 * that step.
 */
async function innerFor(files: GenerativeFiles, entries: readonly Entry[]): Promise<InnerFiles | null> {
  return entries.some(({ job }) => job.wantsAttentions) ? files.inner() : null;
}

/** Blocks of an encoder's store: hidden states, then keys and values. */
export function encodedSpecs({ encoderSize, crossCache }: DecoderLayout): BlockSpec[] {
  if (encoderSize === null) return [];
  return [{ name: HIDDEN, heads: 1, size: encoderSize }, ...crossCache];
}

/** Reads the prompts of a pack and takes their first step. Gives the members that go on. */
export async function startMembers(files: GenerativeFiles, pack: readonly Entry[]): Promise<Member[]> {
  const { encoder, decoder, layout, padId } = files;
  const prompts = pack.map(({ job }) => job.inputIds);
  const inner = await innerFor(files, pack);
  const encoded = encoder
    ? await runEncoder(encoder, prompts, { padId, inner: inner?.encoder ?? null })
    : null;
  const texts = encoder ? pack.map(({ job }) => job.decoderIds) : prompts;
  const result = await runDecoder(decoder, layout, {
    ids: texts,
    cached: texts.map(() => 0),
    isFirst: true,
    cache: null,
    encoded,
    inner: inner?.first ?? null,
  });
  const computeMs = result.computeMs + (encoded?.computeMs ?? 0);
  files.onRun(computeMs);
  const store = encoded && {
    ...encoded.store,
    blocks: { ...encoded.store.blocks, ...result.crossCache?.blocks },
  };
  return pack.flatMap((entry, row) => {
    const ids = texts[row]!;
    const ahead: RowAhead = {
      token: ids.at(-1)!,
      ids,
      cache: result.cache && { store: result.cache, row, start: 0, count: ids.length },
      encoded: store && { store, row, start: 0, count: prompts[row]!.length },
    };
    book(entry, computeMs, pack.length);
    return advance(entry, {
      length: ids.length,
      rows: [ahead],
      logits: [result.logits[row]!],
      inner: result.inner && [result.inner[row]!],
      encoderAttentions: encoded?.attentions?.[row] ?? null,
    });
  });
}

/** Takes one step of a batch. Gives the members that go on. */
export async function stepMembers(files: GenerativeFiles, batch: Batch): Promise<Member[]> {
  const { layout, decoder } = files;
  const hasCache = layout.cache.length > 0;
  const inner = await innerFor(
    files,
    batch.members.map((member) => member.entry),
  );
  const rows = batch.members.flatMap((member) => member.rows);
  const encoded: Encoded | null = batch.encoded && {
    store: batch.encoded,
    lengths: rows.map((row) => row.encoded!.count),
  };
  const result = await runDecoder(decoder, layout, {
    ids: rows.map((row) => (hasCache ? [row.token] : row.ids)),
    cached: batch.members.flatMap((member) => member.rows.map(() => (hasCache ? member.length : 0))),
    isFirst: false,
    cache: batch.cache,
    encoded,
    inner: inner?.later ?? null,
  });
  files.onRun(result.computeMs);
  let first = 0;
  return batch.members.flatMap((member) => {
    const offset = first;
    first += member.rows.length;
    book(member.entry, result.computeMs, rows.length);
    return continueMember(member, { offset, result, encoded });
  });
}

interface Stepped {
  /** Where the member's rows begin in the batch. */
  readonly offset: number;
  readonly result: StepResult;
  readonly encoded: Encoded | null;
}

function continueMember(member: Member, { offset, result, encoded }: Stepped): Member[] {
  const length = member.length + 1;
  const rows = member.rows.map((row, at): RowAhead => {
    const { cache } = result;
    return {
      ...row,
      cache: cache && { store: cache, row: offset + at, start: cache.length - length, count: length },
      encoded: encoded && { store: encoded.store, row: offset + at, start: 0, count: row.encoded!.count },
    };
  });
  const logits = result.logits.slice(offset, offset + rows.length);
  const inner = result.inner?.slice(offset, offset + rows.length) ?? null;
  return advance(member.entry, { length, rows, logits, inner, encoderAttentions: null });
}

interface Offered {
  readonly length: number;
  readonly rows: readonly RowAhead[];
  readonly logits: readonly Float32Array[];
  readonly inner: readonly InnerRow[] | null;
  readonly encoderAttentions: readonly Tensor[] | null;
}

/** The job's rows of the next step, when it goes on. */
function advance(entry: Entry, { length, rows, logits, inner, encoderAttentions }: Offered): Member[] {
  const isWanted = entry.job.wantsAttentions === true && inner !== null;
  if (entry.job.reads === 'log-probabilities') for (const row of logits) logSoftmax(row);
  const next = askJob(entry, logits, isWanted ? { rows: inner, encoderAttentions } : null);
  if (next.length === 0) return [];
  return [
    {
      entry,
      length,
      rows: next.map(({ parent, token }, at) => ({
        token,
        ids: [...rows[parent]!.ids, token],
        cache: rows[parent]!.cache,
        // The encoder read one prompt for all rows of a job: they may stay where they lie.
        encoded: (rows[at] ?? rows[0]!).encoded,
      })),
    },
  ];
}
