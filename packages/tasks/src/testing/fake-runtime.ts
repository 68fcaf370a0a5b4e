import type { ForwardRequest, ModelDescription, ModelRuntime, RowOutputs } from '@tessera/serving';
import type { HeadContext } from '../head.ts';
import { fakeTokenizer } from './fake-tokenizer.ts';

interface FakeModel {
  readonly description?: Partial<ModelDescription>;
  readonly maxLength?: number;
  /** Outputs of one row of ids; `length` is the length the row is padded to. */
  row(ids: readonly number[], length: number, index: number): RowOutputs;
}

/** A context whose model is a function of a row, and the requests it was sent. */
export function fakeContext(model: FakeModel): {
  readonly context: HeadContext;
  readonly requests: ForwardRequest[];
  readonly measured: object[];
} {
  const requests: ForwardRequest[] = [];
  const measured: object[] = [];
  const runtime: ModelRuntime = {
    description: { ...plainDescription, ...model.description },
    tokenizer: fakeTokenizer(model.maxLength),
    async forward(request) {
      requests.push(request);
      return {
        rows: request.rows.map((row, index) =>
          model.row(row.inputIds, row.padTo ?? row.inputIds.length, index),
        ),
        timings: { batchWaitMs: 1, computeMs: 2, batchRows: request.rows.length },
      };
    },
  };
  const context: HeadContext = {
    runtime,
    tag: 'task-1',
    signal: new AbortController().signal,
    batchSize: 8,
    measure: (part) => measured.push(part),
    monotonicMs: () => 0,
    reportProgress: () => undefined,
  };
  return { context, requests, measured };
}

const plainDescription: ModelDescription = {
  identifier: 'fake',
  architecture: 'bert',
  modelClass: 'BertForSequenceClassification',
  id2label: { '0': 'no', '1': 'yes' },
  problemType: null,
  hiddenSize: 2,
  layers: 1,
  maxPositions: 512,
  outputs: ['logits'],
  sentenceTransformer: null,
  isEncoderDecoder: false,
  config: {},
};
