import { AppError } from '@tessera/base';
import type { FillIds } from '../forward/collate.ts';
import { type Company, createForwardRunner, forwardRow, type LoadedFile } from '../forward/forward-runner.ts';
import type { FileOutput } from '../forward/output-names.ts';
import type { ModelRow, RowOutputs } from '../runtime.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** What was found out about a file by running it. */
export interface Proof {
  readonly company: Company;
  /** For people; empty where rows may run together. */
  readonly warnings: readonly string[];
}

/**
 * How far an answer may move with its company, measured on the larger of 1 and its largest magnitude. On a
 * GPU, where a product is rounded to TF32 in an order that hangs on its shape, more is still the device and
 * not the file.
 */
const tolerance = { cpu: 1e-5, gpu: 5e-3 } as const;

/** Outputs that are compared: lists of inner tensors are what these are made of. */
const compared: readonly FileOutput[] = [
  'logits',
  'start_logits',
  'end_logits',
  'last_hidden_state',
  'pooler_output',
  'sentence_embedding',
];

/** Texts whose tokens every tokenizer knows; the second is the longer one. */
const texts = ['a', 'the other text is a little longer than the first'] as const;
const LONGEST = 16;

/** Operators that round activations on one scale for everything in the run. */
const wholeTensor = ['DynamicQuantizeLinear', 'DynamicQuantizeMatMul', 'DynamicQuantizeLSTM'];

/** What a file is run with to find out. */
export interface Trial {
  readonly tokenizer: Tokenizer;
  readonly ids: FillIds;
  /**
   * Operators of the file: a scale of the whole tensor may hide in a trial, when the same token is the
   * largest in both texts.
   */
  readonly operators: ReadonlySet<string>;
}

/**
 * Whether padding and batch-mates leave an answer as it is: a short row and a longer one run alone and beside
 * each other. No attention mask, a head that looks for a pad token it does not know, and activations that are
 * rounded by the whole tensor show here, and so does what nobody has thought of. Throws MODEL_LOAD_FAILED
 * when the file cannot be run at all.
 */
export async function proveCompany(file: LoadedFile, trial: Trial): Promise<Proof> {
  const { tokenizer, ids, operators } = trial;
  const wanted = compared.filter((name) => file.map.has(name));
  if (wanted.length === 0 || file.plan.fixedRows === 1) return { company: 'any', warnings: [] };
  const run = answering(file, wanted, ids);
  const limit = tolerance[file.session.device === 'cpu' ? 'cpu' : 'gpu'];
  const { rows, alone, notes } = await runAlone(run, await trialRows(tokenizer, file.plan.fixedTokens));
  const [short, long] = rows;
  const beside = (own: readonly ModelRow[]): ReturnType<Run> => run(own).catch(() => own.map(() => null));
  const mixed = drift(alone, await beside(rows));
  const rounding = wholeTensor.find((operator) => operators.has(operator));
  if (rounding) return { company: 'none', warnings: [...notes, roundedTogether(rounding)] };
  if (mixed <= limit) return { company: 'any', warnings: notes };
  const twin = { ...short, inputIds: long.inputIds.slice(0, short.inputIds.length) };
  const equal = drift([alone[0]!, ...(await beside([twin]))], await beside([short, twin]));
  const company = equal <= limit ? 'equal lengths' : 'none';
  return { company, warnings: [...notes, warning[company](Math.max(mixed, equal))] };
}

type Rows = readonly [short: ModelRow, long: ModelRow];
type Run = (rows: readonly ModelRow[]) => Promise<readonly (RowOutputs | null)[]>;

/**
 * The trial's texts alone. A tokenizer may know more tokens than the file has rows for: texts without
 * them are answered, so the first ids of any table stand in, and the model says so.
 * Throws MODEL_LOAD_FAILED when the file does not run on those either.
 */
async function runAlone(run: Run, texts: Rows) {
  const answers = async (rows: Rows) => [...(await run([rows[0]])), ...(await run([rows[1]]))];
  try {
    return { rows: texts, alone: await answers(texts), notes: [] };
  } catch (error) {
    const rows = [rowOf([0, 1]), rowOf([1, 0, 1, 1, 0, 0, 1])] as const;
    const alone = await answers(rows).catch(() => Promise.reject(error));
    const note = `A common text cannot be run: ${error instanceof AppError ? error.detail?.['reason'] : error}.`;
    return { rows, alone, notes: [note] };
  }
}

const warning = {
  'equal lengths': (by: number) =>
    `Padding changes what this file gives (by ${shown(by)} on a trial), so only texts of equal length share a batch.`,
  none: (by: number) =>
    `What this file gives for a text hangs on the texts beside it (by ${shown(by)} on a trial), so every text runs alone.`,
} as const;

function roundedTogether(operator: string): string {
  return `This file rounds what it computes on a scale of the whole batch (${operator}), so every text runs alone.`;
}

function shown(by: number): string {
  return Number.isFinite(by) ? by.toPrecision(1) : 'numbers that are not finite';
}

/** Runs rows together and gives their answers; a row whose answer is no number has none. */
function answering(file: LoadedFile, wanted: readonly FileOutput[], ids: FillIds): Run {
  const runner = createForwardRunner(ids);
  const trusting: LoadedFile = { ...file, company: 'any' };
  return async (rows) => {
    const planned = rows.map((row) => forwardRow({ ...row }, trusting, { wanted, tag: null }));
    // Padding is cut off again: only what a row's own tokens give is compared.
    const own = planned.map((row, at) => ({ ...row, kept: rows[at]!.inputIds.length }));
    try {
      const { raw } = await runner.run(runner.collate(planned));
      return runner.split(raw, own).map((answer) => (answer instanceof AppError ? null : answer));
    } catch (error) {
      const reason =
        error instanceof AppError ? String(error.detail?.['reason'] ?? error.message) : String(error);
      throw new AppError('MODEL_LOAD_FAILED', {
        detail: { model: file.model, reason: `a trial run failed: ${reason}` },
        cause: error,
      });
    }
  };
}

async function trialRows(tokenizer: Tokenizer, fixedTokens: number | null): Promise<Rows> {
  const maxLength = Math.min(LONGEST, fixedTokens ?? LONGEST, tokenizer.maxLength);
  const windows = await tokenizer.encodeAll(texts, {
    maxLength,
    truncation: 'longest-first',
    addSpecialTokens: true,
    stride: null,
  });
  const [short, long] = windows.map((own) => own[0]!);
  return [rowOf(short!.inputIds), rowOf(long!.inputIds)];
}

/** A tokenizer that adds nothing and knows no letter still has an id 0. */
function rowOf(ids: readonly number[]): ModelRow {
  const inputIds = ids.length > 0 ? ids : [0];
  return { inputIds, typeIds: inputIds.map(() => 0) };
}

/** Largest difference of two lists of answers, on the larger of 1 and the largest magnitude. */
function drift(one: readonly (RowOutputs | null)[], other: readonly (RowOutputs | null)[]): number {
  let most = 0;
  one.forEach((answer, row) => {
    const beside = other[row];
    if (!answer || !beside) {
      most = Number.POSITIVE_INFINITY;
      return;
    }
    for (const [name, { data }] of Object.entries(answer)) {
      const values = data as Float32Array;
      const again = beside[name]!.data as Float32Array;
      let [scale, difference] = [1, 0];
      for (let i = 0; i < values.length; i++) {
        scale = Math.max(scale, Math.abs(values[i]!));
        difference = Math.max(difference, Math.abs(values[i]! - again[i]!));
      }
      most = Math.max(most, difference / scale);
    }
  });
  return most;
}
