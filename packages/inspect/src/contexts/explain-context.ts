import { type Capability, type NamedTensors, type Tensor, tensor } from '@tessera/contracts';
import {
  type ExplainContext,
  type ForwardCall,
  type GradientAnswer,
  type GradientCall,
  type GradientPoint,
  outputsOf,
  seedsOf,
} from '@tessera/explain';
import type {
  DifferentiableRuntime,
  EmbeddingTable,
  ModelRow,
  OpenRuntime,
  RowOutputs,
  SeededOutput,
} from '@tessera/serving';
import type { HeadContext } from '@tessera/tasks';
import { randomizedFolder } from '../other-models/randomized-model.ts';

/** A model that can be looked into, as a task's head sees it. */
export type SaliencyContext = Omit<HeadContext, 'runtime'> & {
  readonly runtime: DifferentiableRuntime & { readonly capabilities: readonly Capability[] };
  /**
   * Where the model's files are, and how a changed copy of them is opened; without both there is no
   * randomisation check.
   */
  readonly files?: {
    readonly folder: string;
    open(folder: string): Promise<OpenRuntime>;
    /** Makes the changed copy; a task that explains many texts keeps them. */
    readonly shuffle?: typeof randomizedFolder;
  };
};

/** Rows of one call: what keeps a gradient run of 128 tokens under a gigabyte. */
const chunkRows = 10;

/**
 * Architectures whose positions count the tokens other than pad, so that a pad id in a text would move what
 * follows.
 */
const positionsSkipPad =
  /^(roberta|xlm-roberta|camembert|mpnet|longformer|data2vec-text|ibert|xmod|esm|lilt|markuplm|roberta-prelayernorm)/;

/** Answers an explanation's calls over the shared batcher, in the name of the task. */
export function explainContext(context: SaliencyContext): ExplainContext {
  const { runtime, signal, tag, measure } = context;
  const { description, tokenizer } = runtime;
  const own = { signal, ...(tag === undefined ? {} : { tag }) };
  const shapes = outputShapes();
  let table: Promise<EmbeddingTable> | null = null;

  const forwardOnce = async (
    rows: readonly ModelRow[],
    { outputs, asChoices = false }: Omit<ForwardCall, 'rows'>,
  ): Promise<readonly RowOutputs[]> => {
    const { rows: answers, timings } = await runtime.forward({ rows, outputs, asChoices, ...own });
    measure(timings);
    return answers;
  };
  const forward = async (call: ForwardCall): Promise<readonly NamedTensors[]> => {
    // A choice's logit does not depend on the others: each row is a question of its own.
    const answers = call.asChoices
      ? (await Promise.all(call.rows.map((row) => forwardOnce([row], call)))).flat()
      : await forwardOnce(call.rows, call);
    answers.forEach(shapes.learn);
    return answers;
  };
  const gradientOnce = async (
    points: readonly GradientPoint[],
    seeds: readonly NamedTensors[],
    call: GradientCall,
  ): Promise<readonly GradientAnswer[]> => {
    const of = [...new Set(points.flatMap(({ target }) => outputsOf(target)))].sort();
    const { rows, timings } = await runtime.gradient({
      rows: points.map(({ input, values }, i) => ({
        inputIds: input.inputIds,
        typeIds: input.typeIds,
        ...(values ? { values } : {}),
        seeds: seeds[i]!,
      })),
      of,
      at: call.at,
      asChoices: call.asChoices ?? false,
      ...(call.attentionLayers ? { attentionLayers: call.attentionLayers } : {}),
      ...own,
    });
    measure(timings);
    return rows.map(({ outputs, gradient, attentions }) => ({
      outputs,
      gradient: gradient.data as Float32Array,
      attentions: attentions.map(({ weights, gradients }) => ({
        heads: weights.shape[0]!,
        weights: weights.data as Float32Array,
        gradients: gradients.data as Float32Array,
      })),
    }));
  };
  /** Outputs at the points, for scalars whose seeds depend on them. */
  const outputsAt = async (
    points: readonly GradientPoint[],
    call: GradientCall,
  ): Promise<readonly NamedTensors[]> => {
    const outputs = [...new Set(points.flatMap(({ target }) => outputsOf(target)))];
    if (call.at === 'word-embeddings')
      return forward({
        rows: points.map(({ input: { inputIds, typeIds }, values }) => ({
          inputIds,
          typeIds,
          ...(values ? { values } : {}),
        })),
        outputs,
        asChoices: call.asChoices ?? false,
      });
    const answers = await gradientOnce(
      points,
      points.map(() => ({})),
      call,
    );
    return answers.map((answer) => answer.outputs);
  };

  return {
    model: {
      identifier: description.identifier,
      capabilities: runtime.capabilities,
      id2label: description.id2label,
      hiddenSize: runtime.embeddingWidth ?? description.hiddenSize,
      layers: description.layers,
      padId: tokenizer.specials.padId,
      maskId: tokenizer.specials.maskId,
      unkId: tokenizer.specials.unkId,
      positionsSkipPad: positionsSkipPad.test(description.architecture),
    },
    chunkRows,
    signal,
    monotonicMs: context.monotonicMs,
    reportProgress: context.reportProgress,
    forward,
    async gradient(call) {
      const { points } = call;
      const curved = points.some(({ target }) => target.kind === 'curved');
      const outputs = curved ? await outputsAt(points, call) : null;
      if (!outputs && points.some((point) => !shapes.knows(point))) await outputsAt(points.slice(0, 1), call);
      const seeds = points.map((point, i) => seedsOf(point.target, outputs?.[i] ?? shapes.zeros(point)));
      return gradientOnce(points, seeds, call);
    },
    async embeddings(ids) {
      table ??= runtime.embeddingTable();
      return lookUp(await table, ids);
    },
    ...(context.files ? { randomized: randomizer(context, context.files) } : {}),
  };
}

/** Opens copies of the model with shuffled weights; their gradient graphs go with them. */
function randomizer(
  context: SaliencyContext,
  { folder, open, shuffle = randomizedFolder }: NonNullable<SaliencyContext['files']>,
): NonNullable<ExplainContext['randomized']> {
  return async ({ layers, seed }) => {
    const { description, weightsFile } = context.runtime;
    const made = await shuffle({ folder, weightsFile }, { layers, blocks: description.layers, seed });
    const runtime = await open(made.folder).catch(async (error: unknown) => {
      await made.remove();
      throw error;
    });
    return {
      context: explainContext({ ...context, runtime }),
      async close() {
        await runtime.close();
        await made.remove();
      },
    };
  };
}

/** Rows of the table, [ids, H]; ids past its end, which a padded vocabulary may have, are zeros. */
function lookUp({ rows, width }: EmbeddingTable, ids: readonly number[]): Float32Array {
  const found = new Float32Array(ids.length * width);
  ids.forEach((id, i) => found.set(rows.subarray(id * width, (id + 1) * width), i * width));
  return found;
}

/** Shapes of the outputs, learned from forward answers: a linear scalar's seeds need nothing else of them. */
function outputShapes() {
  const tails = new Map<string, { readonly perToken: boolean; readonly tail: readonly number[] }>();
  const perToken = (name: string, shape: readonly number[]): boolean =>
    name === 'start_logits' || name === 'end_logits' || shape.length === 2;
  return {
    learn(outputs: NamedTensors): void {
      for (const [name, { shape }] of Object.entries(outputs))
        if (!tails.has(name)) {
          const tokens = perToken(name, shape);
          tails.set(name, { perToken: tokens, tail: tokens ? shape.slice(1) : shape });
        }
    },
    knows: ({ target }: GradientPoint): boolean => outputsOf(target).every((name) => tails.has(name)),
    zeros({ input, target }: GradientPoint): NamedTensors {
      const length = input.inputIds.length;
      const zeros = (name: SeededOutput): Tensor => {
        const known = tails.get(name)!;
        return tensor('float32', known.perToken ? [length, ...known.tail] : known.tail);
      };
      return Object.fromEntries(outputsOf(target).map((name) => [name, zeros(name)]));
    },
  };
}
