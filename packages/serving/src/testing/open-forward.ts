import { systemClock } from '@tessera/base';
import { scanOnnx } from '@tessera/onnx';
import { openBatchLoop } from '../batching/batch-loop.ts';
import type { FillIds } from '../forward/collate.ts';
import { createForwardRunner, forwardRow, type LoadedFile } from '../forward/forward-runner.ts';
import { type FileOutput, mapOutputs, requireReadable } from '../forward/output-names.ts';
import { planInputs } from '../forward/signature.ts';
import { type Proof, proveCompany } from '../model/prove-company.ts';
import type { ModelRow, RowOutputs } from '../runtime.ts';
import type { OrtHost } from '../session/ort-host.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** A session as a runtime runs it, without what looks inside its graph. */
export interface Forward {
  readonly file: LoadedFile;
  readonly proof: Proof;
  /** Answers, or failures, of rows that arrive together. */
  run(rows: readonly ModelRow[]): Promise<readonly (RowOutputs | Error)[]>;
}

export async function openForward(
  host: OrtHost,
  path: string,
  tokenizer: Tokenizer,
  model: { readonly modelClass: string; readonly architecture: string },
): Promise<Forward> {
  const session = await host.open('m', { path }, { threads: 1, gpu: { kind: 'none' }, memoryArena: false });
  const ids: FillIds = { padId: tokenizer.specials.padId ?? 0, sepId: tokenizer.specials.sepId };
  const map = mapOutputs(session.outputs, model.modelClass);
  requireReadable(session.outputs, map, 'm');
  const untried: LoadedFile = {
    model: 'm',
    name: 'plain',
    session,
    plan: planInputs(session.inputs, { model: 'm', ...model, padId: ids.padId }),
    map,
    company: 'any',
    most: { rows: Number.POSITIVE_INFINITY, tokens: Number.POSITIVE_INFINITY },
  };
  const proof = await proveCompany(untried, { tokenizer, ids, operators: scanOnnx(path).operators });
  const file = { ...untried, company: proof.company };
  const loop = openBatchLoop({
    runner: createForwardRunner(ids),
    limits: () => ({ maxRows: file.plan.fixedRows ?? 8, maxPaddedTokens: 4096, batchCostTokens: 1000 }),
    clock: systemClock,
  });
  const wanted: readonly FileOutput[] = [...map.keys()];
  return {
    file,
    proof,
    run: (rows) =>
      Promise.all(
        rows.map((row) =>
          loop.submit(forwardRow(row, file, { wanted, tag: null })).then(
            ({ result }) => result,
            (error: Error) => error,
          ),
        ),
      ),
  };
}
