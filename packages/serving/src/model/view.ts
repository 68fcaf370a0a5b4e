import type { BatchLoop, RowTimings } from '../batching/batch-loop.ts';
import type { ModelDescription, OutputName } from '../description.ts';
import type { SteeredRow } from '../forward/collate-gradient.ts';
import { type ForwardRow, forwardRow, type LoadedFile } from '../forward/forward-runner.ts';
import { joinChoices } from '../forward/join-choices.ts';
import type { FileOutput } from '../forward/output-names.ts';
import type { GenerationLoop } from '../generation/generation-loop.ts';
import type {
  DifferentiableRuntime,
  ForwardRequest,
  ForwardTimings,
  GradientAnswer,
  GradientRequest,
  RowOutputs,
  SeededOutput,
} from '../runtime.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { LendWeights } from './adapted-weights.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { ModelWeights } from './weights.ts';

export interface ViewOptions {
  readonly description: ModelDescription;
  readonly tokenizer: Tokenizer;
  readonly generator: GenerationLoop | null;
  readonly loop: BatchLoop<ForwardRow, RowOutputs>;
  /** What the model's own weights have; other weights of the same model have the same. */
  readonly weights: Pick<ModelWeights, 'files'>;
  /** See {@link DifferentiableRuntime}. */
  readonly weightsFile: string;
  readonly lend: LendWeights;
  readonly monotonicMs: () => number;
}

interface RunOptions {
  readonly wanted: readonly FileOutput[];
  readonly tag?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** When the request came: what it waits until its file is at hand is preparation. */
  readonly askedMs: number;
}

/**
 * A model with one set of weights, as heads, explainers and attacks see it; all views of a model share one
 * batch loop.
 */
export function createView({
  description,
  tokenizer,
  generator,
  loop,
  weights,
  weightsFile,
  lend,
  monotonicMs,
}: ViewOptions): DifferentiableRuntime {
  const { outputs, inspection } = weights.files;

  const run = async (file: LoadedFile, rows: readonly SteeredRow[], options: RunOptions) => {
    const { wanted, tag, signal } = options;
    const prepared = { fromMs: options.askedMs, toMs: monotonicMs() };
    const answers = await Promise.all(
      rows.map((row) => loop.submit(forwardRow(row, file, { wanted, tag: tag ?? null }), signal)),
    );
    return {
      results: answers.map(({ result }) => result),
      timings: { ...sumTimings(answers.map(({ timings }) => timings)), prepared },
    };
  };

  const gradient =
    ({ gradients }: ModelWeights) =>
    async (request: GradientRequest, askedMs: number) => {
      const { rows, of, attentionLayers = [], tag, signal } = request;
      const { file, release } = await gradients.acquire(request);
      try {
        const inner: FileOutput[] = attentionLayers.length > 0 ? ['attentions', 'attention_gradients'] : [];
        const wanted: FileOutput[] = [...of, 'gradient', ...inner];
        const { results, timings } = await run(file, rows, { wanted, tag, signal, askedMs });
        return { rows: results.map((result) => gradientAnswer(result, of)), timings };
      } finally {
        release();
      }
    };

  /**
   * Rows that bring their own word embeddings run in the gradient file, which is the one that takes them; its
   * gradient is not read.
   */
  const forwardSteered = async ({ gradients }: ModelWeights, request: ForwardRequest, askedMs: number) => {
    const { rows, outputs: wanted, tag, signal } = request;
    const of = wanted.filter((name) => name !== 'hidden_states') as readonly SeededOutput[];
    const hiddenStates = wanted.includes('hidden_states');
    const seeded = rows.map((row) => ({ ...row, seeds: {} }));
    const { file, release } = await gradients.acquire({
      rows: seeded,
      of,
      at: 'word-embeddings',
      hiddenStates,
    });
    try {
      return await run(file, seeded, { wanted, tag, signal, askedMs });
    } finally {
      release();
    }
  };

  return {
    description: { ...description, outputs: outputs as readonly OutputName[] },
    tokenizer,
    ...(generator && { generator }),
    capabilities: capabilitiesOf({
      outputs,
      inspection,
      modelClass: description.modelClass,
      generates: generator !== null,
    }),
    embeddingWidth: inspection?.embeddingWidth ?? null,
    weightsFile,
    forward: (request) => {
      const askedMs = monotonicMs();
      return lend(async (own) => {
        const { rows, asChoices = false, tag, signal } = request;
        const wanted = [...new Set(request.outputs)].sort();
        const { results, timings } = rows.some(({ values }) => values !== undefined)
          ? await forwardSteered(own, { ...request, outputs: wanted }, askedMs)
          : await run(await own.files.fileFor(wanted), rows, { wanted, tag, signal, askedMs });
        return { rows: asChoices ? joinChoices(results, description.identifier) : results, timings };
      });
    },
    gradient: (request) => {
      const askedMs = monotonicMs();
      return lend((own) => gradient(own)(request, askedMs));
    },
    embeddingTable: () => lend((own) => own.embeddingTable()),
  };
}

/**
 * Takes a gradient file's outputs apart: the outputs asked for, the gradient, and pairs of attention weights
 * and gradients.
 */
function gradientAnswer(row: RowOutputs, of: readonly SeededOutput[]): GradientAnswer {
  const layers = Object.keys(row).filter((name) => name.startsWith('attentions.')).length;
  return {
    outputs: Object.fromEntries(of.map((name) => [name, row[name]!])),
    gradient: row['gradient']!,
    attentions: Array.from({ length: layers }, (_, i) => ({
      weights: row[`attentions.${i}`]!,
      gradients: row[`attention_gradients.${i}`]!,
    })),
  };
}

/** What one request waited and ran: its longest wait, and each batch it took part in once. */
function sumTimings(rows: readonly RowTimings[]): ForwardTimings {
  const batches = new Map(rows.map(({ batch, computeMs }) => [batch, computeMs]));
  return {
    batchWaitMs: Math.max(0, ...rows.map(({ waitMs }) => waitMs)),
    computeMs: [...batches.values()].reduce((sum, ms) => sum + ms, 0),
    batchRows: Math.max(0, ...rows.map(({ batchRows }) => batchRows)),
  };
}
