import { AppError } from '@tessera/base';
import { type Graph, isOp, makeValueInfo } from '@tessera/onnx';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { openPlainly } from './open-plainly.ts';
import { type ProbeInput, probeFeeds } from './probe-tensor.ts';

/** What one run of a model computed, by value name. */
export type Observed = Readonly<Record<string, Tensor | undefined>>;

/** A model that can be run to learn about its values. */
export interface Probe {
  /** Inputs the model accepts, at least two, of different sizes where it allows that. */
  readonly inputs: readonly ProbeInput[];
  /** All wanted values for an input; throws what onnxruntime throws. */
  readonly run: (input: ProbeInput) => Promise<Observed>;
  readonly close: () => Promise<void>;
}

/**
 * Opens a session that hands out `values` beside the graph's outputs, and finds inputs it accepts.
 *
 * @throws ONNX_INVALID when onnxruntime refuses the model or every input tried
 */
export async function openProbe(graph: Graph, values: readonly string[]): Promise<Probe> {
  const session = await openSession(graph, values);
  const run = async (input: ProbeInput): Promise<Observed> => {
    const feeds = probeFeeds(graph.inputs, input);
    return { ...feeds, ...(await session.run(feeds)) };
  };
  const close = () => session.release();
  try {
    return { inputs: await acceptedInputs(graph, run), run, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function openSession(graph: Graph, values: readonly string[]): Promise<InferenceSession> {
  const declared = graph.outputs;
  const extra = values.filter((name) => !graph.isOutput(name)).map((name) => makeValueInfo(name));
  graph.outputs = [...declared, ...extra];
  const model = graph.toModel();
  graph.outputs = declared;
  try {
    return await openPlainly(model);
  } catch (cause) {
    throw unusable('onnxruntime refuses it', cause);
  }
}

/**
 * Searches inputs of different batch and length. Some models reject most: positions may be limited, windows
 * may want multiples, a text may need its end-of-sequence token, and tracing may have frozen the length or
 * the batch of the export. So ids and lengths are tried in turn; a size that is alone in working counts as
 * fixed.
 */
async function acceptedInputs(graph: Graph, run: Probe['run']): Promise<ProbeInput[]> {
  let reason: unknown;
  const works = async (input: ProbeInput) => {
    try {
      await run(input);
      return true;
    } catch (thrown) {
      reason ??= thrown;
      return false;
    }
  };
  const both = async (inputs: readonly ProbeInput[]) => {
    for (const input of inputs) if (!(await works(input))) return false;
    return true;
  };
  const ids = likelyIds(graph);
  for (const id of ids) {
    for (const [shorter, longer] of likelyLengths) {
      const inputs = [
        { batch: 2, length: shorter, id },
        { batch: 3, length: longer, id },
      ];
      if (await both(inputs)) return inputs;
    }
  }
  for (const [first, second] of [
    [2, 3],
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
  ] as const) {
    for (const id of ids) {
      const accepted: ProbeInput[] = [];
      for (const length of everyLength)
        if (accepted.length < 6 && (await works({ batch: first, length, id })))
          accepted.push({ batch: first, length, id });
      const [one] = accepted;
      if (one && (await works({ ...one, batch: second }))) return [{ ...one, batch: second }, ...accepted];
    }
  }
  throw unusable('it fails on every input tried', reason);
}

/** Pairs whose quotients by small strides differ, so that a pooled axis is not mistaken for a fixed one. */
const likelyLengths = [
  [12, 29],
  [6, 15],
  [32, 96],
  [128, 384],
] as const;

const everyLength = Array.from({ length: 64 }, (_, index) => index + 1);

/**
 * Token ids to fill texts with: a plain one, then those that the graph compares with something (padding, end
 * of text).
 */
function likelyIds(graph: Graph): readonly number[] {
  const compared = graph.nodes
    .filter((node) => isOp(node, 'Equal'))
    .flatMap((node) => node.input.map((input) => graph.constantScalar(input)))
    .filter((id): id is number => id !== undefined && Number.isInteger(id) && id >= 0);
  return [...new Set([2, ...compared.slice(0, 8), 1, 0])];
}

function unusable(what: string, cause: unknown): AppError {
  const said = cause instanceof Error ? cause.message.replace(/\s+/g, ' ').slice(0, 400) : String(cause);
  return new AppError('ONNX_INVALID', { detail: { problem: `${what}: ${said}` }, cause });
}
