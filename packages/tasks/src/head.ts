import type { JobPayload, ModelType, PredictedResult, TaskName } from '@tessera/contracts';
import type { ForwardTimings, ModelRuntime } from '@tessera/serving';

/** What a head may use while it works on one job. */
export interface HeadContext {
  readonly runtime: ModelRuntime;
  /**
   * The task's id: the model runtime names it beside a batch, so that the host knows whose rows ran when it
   * crashed.
   */
  readonly tag?: string;
  /** Aborts when the task is cancelled or out of time. */
  readonly signal: AbortSignal;
  /** Rows of one batch at the most, as configured now. */
  readonly batchSize: number;
  /**
   * The type the model was registered with. `sentence-transformer` runs the folder's own pooling pipeline;
   * when it is absent a folder that has such a pipeline uses it.
   */
  readonly modelType?: ModelType;
  /** Adds to the task's timings. */
  measure(part: { readonly tokenizeMs: number } | ForwardTimings): void;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
  reportProgress(progress: {
    readonly done: number;
    readonly total: number | null;
    readonly note: string;
  }): void;
  /** Told of generated text as soon as it is whole characters; absent when nobody listens. */
  readonly reportToken?: (piece: {
    /** Which input of the request it continues. */
    readonly input: number;
    readonly ids: readonly number[];
    readonly text: string;
  }) => void;
}

/**
 * One task: payload in, prediction and tensors out (docs/square-wire.md#tasks). It knows no queue, no HTTP
 * and no ONNX.
 */
export interface TaskHead<T extends TaskName> {
  readonly task: T;
  run(payload: JobPayload<T>, context: HeadContext): Promise<PredictedResult<T>>;
}
