import { AppError } from '@tessera/base';
import type { Tensor } from '@tessera/contracts';
import type { BatchRunner, LoopRow } from '../batching/batch-loop.ts';
import type { RowOutputs } from '../runtime.ts';
import type { Session } from '../session/session.ts';
import { collate, type FillIds, paddedLength } from './collate.ts';
import type { SteeredRow } from './collate-gradient.ts';
import { firstNotFinite } from './finite.ts';
import type { FileOutput, OutputMap } from './output-names.ts';
import type { InputPlan } from './signature.ts';
import { extendTokens, type RawBatch, splitBatch } from './split.ts';

/**
 * Which rows may run beside a row without changing its answer; proven when the model is loaded. Rows that may
 * not run together can still be one batch to the loop: each then has a run of its own.
 */
export type Company = 'any' | 'equal lengths' | 'none';

/** A session with what is known of its inputs and outputs. */
export interface LoadedFile {
  readonly model: string;
  /** Tells the files of one model apart: rows of different files never share a batch. */
  readonly name: string;
  readonly session: Session;
  readonly plan: InputPlan;
  readonly map: OutputMap;
  readonly company: Company;
  /** Rows and padded tokens of one run at the most; gradient files hold every intermediate in memory. */
  readonly most: { readonly rows: number; readonly tokens: number };
}

/** A row on its way through the batch loop. */
export interface ForwardRow extends LoopRow {
  readonly row: SteeredRow;
  readonly file: LoadedFile;
  readonly wanted: readonly FileOutput[];
  /** Tokens of the row that its answer covers: its own, and its padding where that may be run. */
  readonly kept: number;
}

/** Throws INPUT_INVALID for a row that is longer than the file can take. */
export function forwardRow(
  row: SteeredRow,
  file: LoadedFile,
  { wanted, tag }: { readonly wanted: readonly FileOutput[]; readonly tag: string | null },
): ForwardRow {
  const { plan, company } = file;
  const tokens = row.inputIds.length;
  if (plan.fixedTokens !== null && tokens > plan.fixedTokens)
    throw new AppError('INPUT_INVALID', {
      detail: { field: 'input', problem: `has ${tokens} tokens; the file is made for ${plan.fixedTokens}` },
    });
  const kept =
    company === 'any'
      ? Math.min(paddedLength(row), plan.fixedTokens ?? Number.POSITIVE_INFINITY)
      : Math.max(tokens, 1);
  const length = plan.fixedTokens ?? kept;
  const key = `${file.name}|${wanted.join()}${company === 'equal lengths' ? `|${length}` : ''}`;
  return { row, file, wanted, tag, key, length, tokens, kept };
}

/** One run of a session: the whole batch, or one row of it. */
interface Run {
  readonly rows: number;
  readonly tokens: number;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

interface ForwardFeeds {
  readonly file: LoadedFile;
  readonly fetch: readonly string[];
  readonly runs: readonly Run[];
}

/** Makes the batch loop run forward passes. */
export function createForwardRunner(
  ids: FillIds,
): BatchRunner<ForwardRow, ForwardFeeds, readonly RawBatch[], RowOutputs> {
  return {
    collate(rows) {
      const { file, wanted } = rows[0]!;
      return {
        file,
        fetch: wanted.flatMap((name) => file.map.get(name)!),
        runs: groupsOf(rows).map((group) => {
          const tokens = group.reduce((longest, { length }) => Math.max(longest, length), 0);
          const feeds = collate(
            group.map(({ row }) => row),
            tokens,
            { plan: file.plan, ids },
          );
          return { rows: Math.max(group.length, file.plan.fixedRows ?? 0), tokens, feeds };
        }),
      };
    },
    async run({ file, fetch, runs }) {
      const ran = await Promise.all(runs.map(({ feeds }) => file.session.run(feeds, fetch)));
      const { hasChoices } = file.plan;
      return {
        raw: ran.map(({ outputs }, i) => ({
          outputs,
          hasChoices,
          tokens: runs[i]!.tokens,
          rows: runs[i]!.rows,
        })),
        computeMs:
          ran.reduce((sum, { computeMs }) => sum + computeMs, 0) / Math.min(ran.length, file.session.lanes),
      };
    },
    split(raw, rows) {
      const { file, wanted } = rows[0]!;
      return groupsOf(rows).flatMap((group, i) =>
        splitBatch(
          raw[i]!,
          group.map(({ kept }) => kept),
          { wanted, map: file.map },
        ).map((outputs, at) => finished(outputs, group[at]!)),
      );
    },
  };
}

/** The rows of each run. */
function groupsOf(rows: readonly ForwardRow[]): readonly (readonly ForwardRow[])[] {
  return rows[0]!.file.company === 'none' ? rows.map((row) => [row]) : [rows];
}

/** A row's answer, as long as it was asked for; its failure when a number in it is none. */
function finished(outputs: RowOutputs, { row, file, tokens, kept }: ForwardRow): RowOutputs | AppError {
  const name = firstNotFinite(outputs, tokens, kept);
  if (name !== null) {
    const reason = `its output ${name} has values that are no finite numbers. Check the weights: an overflow in half precision is the usual cause`;
    return new AppError('MODEL_RUN_FAILED', { detail: { model: file.model, reason } });
  }
  const length = paddedLength(row);
  if (kept >= length) return outputs;
  return Object.fromEntries(
    Object.entries(outputs).map(([key, tensor]) => [
      key,
      extendTokens(tensor, kept, length, key.replace(/\.\d+$/, '') as FileOutput),
    ]),
  );
}
