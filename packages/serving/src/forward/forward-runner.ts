import type { Tensor } from '@tessera/contracts';
import type { BatchRunner, LoopRow } from '../batching/batch-loop.ts';
import type { RowOutputs } from '../runtime.ts';
import type { Session } from '../session/session.ts';
import { collate, type InputPlan, paddedLength } from './collate.ts';
import type { SteeredRow } from './collate-gradient.ts';
import type { FileOutput, OutputMap } from './output-names.ts';
import { type RawBatch, splitBatch } from './split.ts';

/** A session with what is known of its inputs and outputs. */
export interface LoadedFile {
  /** Tells the files of one model apart: rows of different files never share a batch. */
  readonly name: string;
  readonly session: Session;
  readonly plan: InputPlan;
  readonly map: OutputMap;
  /** Rows and padded tokens of one run at the most; gradient files hold every intermediate in memory. */
  readonly most: { readonly rows: number; readonly tokens: number };
}

/** A row on its way through the batch loop. */
export interface ForwardRow extends LoopRow {
  readonly row: SteeredRow;
  readonly file: LoadedFile;
  readonly wanted: readonly FileOutput[];
}

export function forwardRow(
  row: SteeredRow,
  file: LoadedFile,
  { wanted, tag }: { readonly wanted: readonly FileOutput[]; readonly tag: string | null },
): ForwardRow {
  const key = `${file.name}|${wanted.join()}`;
  return { row, file, wanted, tag, key, length: paddedLength(row), tokens: row.inputIds.length };
}

interface ForwardFeeds {
  readonly file: LoadedFile;
  readonly fetch: readonly string[];
  readonly tokens: number;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/** Makes the batch loop run forward passes. */
export function createForwardRunner(
  padId: number,
): BatchRunner<ForwardRow, ForwardFeeds, RawBatch, RowOutputs> {
  return {
    collate(rows) {
      const { file, wanted } = rows[0]!;
      return {
        file,
        fetch: wanted.flatMap((name) => file.map.get(name)!),
        tokens: rows.reduce((longest, { length }) => Math.max(longest, length), 0),
        feeds: collate(
          rows.map(({ row }) => row),
          file.plan,
          padId,
        ),
      };
    },
    async run({ file, fetch, tokens, feeds }) {
      const { outputs, computeMs } = await file.session.run(feeds, fetch);
      return { raw: { outputs, tokens, hasChoices: file.plan.hasChoices }, computeMs };
    },
    split(raw, rows) {
      const { file, wanted } = rows[0]!;
      return splitBatch(
        raw,
        rows.map(({ length }) => length),
        { wanted, map: file.map },
      );
    },
  };
}
