/**
 * The onnxruntime thread of a model process: the only file that imports onnxruntime-node. A run blocks this
 * thread from start to end, so it has nothing else to do, and it is never terminated (that would abort the
 * process): it quits when asked.
 */
import { type MessagePort, parentPort } from 'node:worker_threads';
import type { Tensor } from '@tessera/contracts';
import * as ort from 'onnxruntime-node';
import { convertFed, type FedType, widened } from './element-types.ts';
import type { SlotUse, ValueSpec } from './session.ts';
import { SlotStore } from './slot-store.ts';
import type { ThreadAnswer, ThreadRequest } from './thread-messages.ts';

const port: MessagePort = parentPort!;
const sessions = new Map<number, ort.InferenceSession>();
/** Element type of each input of a session, by name. */
const fedTypesOf = new Map<number, ReadonlyMap<string, FedType>>();
const stores = new Map<number, SlotStore>();

let last: Promise<void> = Promise.resolve();
port.on('message', (request: ThreadRequest) => {
  last = last.then(async () => {
    try {
      const answer = await answerTo(request);
      port.postMessage(answer, buffersOf(answer));
    } catch (error) {
      port.postMessage({
        kind: 'failed',
        id: request.id,
        message: error instanceof Error ? error.message : String(error),
      } satisfies ThreadAnswer);
    }
    if (request.kind === 'quit') port.close();
  });
});

async function answerTo(request: ThreadRequest): Promise<ThreadAnswer> {
  const { id } = request;
  switch (request.kind) {
    case 'open': {
      const session = await open(request);
      sessions.set(request.session, session);
      const inputs = specsOf(session.inputMetadata);
      fedTypesOf.set(request.session, new Map(inputs.map(({ name, dtype }) => [name, dtype as FedType])));
      return {
        kind: 'opened',
        id,
        inputs,
        outputs: specsOf(session.outputMetadata),
      };
    }
    case 'run':
      return run(request, []);
    case 'step':
      return run(request, request.slots);
    case 'drop':
      stores.delete(request.store);
      return { kind: 'closed', id };
    case 'close':
      await release(request.session);
      return { kind: 'closed', id };
    case 'quit':
      for (const session of [...sessions.keys()]) await release(session);
      return { kind: 'closed', id };
  }
}

function open(request: Extract<ThreadRequest, { kind: 'open' }>): Promise<ort.InferenceSession> {
  const options: ort.InferenceSession.SessionOptions = {
    executionProviders:
      request.cudaDevice === null ? ['cpu'] : [{ name: 'cuda', deviceId: request.cudaDevice }, 'cpu'],
    intraOpNumThreads: request.threads,
    interOpNumThreads: 1,
    enableCpuMemArena: request.memoryArena,
    logSeverityLevel: 3,
    extra: {
      session: {
        // Without it onnxruntime turns a weight-int8 MatMul into one with int8 activations: wrong in the
        // second digit.
        disable_quant_qdq: '1',
        // Waiting threads sleep instead of spinning: host, gateway and database share these cores. Measured
        // on two busy cores: three times the throughput and a third of the latency.
        intra_op: { allow_spinning: '0' },
      },
    },
  };
  return 'path' in request.file
    ? ort.InferenceSession.create(request.file.path, options)
    : ort.InferenceSession.create(request.file.bytes, options);
}

async function run(
  request: Extract<ThreadRequest, { kind: 'run' | 'step' }>,
  slots: readonly SlotUse[],
): Promise<ThreadAnswer> {
  const session = sessions.get(request.session);
  if (!session) throw new Error('the session is closed');
  const feeds: Record<string, ort.Tensor> = {};
  const types = fedTypesOf.get(request.session)!;
  for (const [name, tensor] of Object.entries(request.feeds)) {
    const type = types.get(name) ?? tensor.dtype;
    feeds[name] = new ort.Tensor(type, convertFed(tensor, type) as Float32Array, tensor.shape);
  }
  const startMs = performance.now();
  for (const use of slots) feedSlots(use, feeds);
  const written = slots.flatMap(({ write }) => Object.keys(write?.from ?? {}));
  const results = await session.run(feeds, [...request.fetch, ...written]);
  for (const use of slots) writeSlots(use, results);
  const computeMs = performance.now() - startMs;
  const outputs: Record<string, Tensor> = {};
  for (const name of request.fetch) outputs[name] = plain(name, results[name]!);
  return { kind: 'ran', id: request.id, outputs, computeMs };
}

/** Arranges a store and feeds its tensors without copying them. */
function feedSlots(
  { store: number, specs, sources, positions, feed }: SlotUse,
  feeds: Record<string, ort.Tensor>,
): void {
  const store = stores.get(number) ?? new SlotStore(specs);
  stores.set(number, store);
  store.arrange(sources, positions);
  if (!feed) return;
  for (const spec of specs) {
    const shape = [feed.rows, spec.heads, positions, spec.size];
    feeds[spec.name] = new ort.Tensor('float32', store.view(spec, feed.first, feed.rows), shape);
  }
}

function writeSlots(
  { store: number, specs, write }: SlotUse,
  results: ort.InferenceSession.OnnxValueMapType,
): void {
  if (!write) return;
  for (const [output, name] of Object.entries(write.from)) {
    const spec = specs.find((own) => own.name === name)!;
    stores.get(number)!.write(spec, (results[output] as ort.Tensor).data as Float32Array, write.rows);
  }
}

function plain(name: string, value: ort.OnnxValue): Tensor {
  const { type, dims, data } = value as ort.Tensor;
  if (type === 'float16')
    return { dtype: 'float32', shape: dims, data: widened(data as unknown as ArrayBufferView) };
  if (type !== 'float32' && type !== 'float64' && type !== 'int64' && type !== 'int32' && type !== 'bool')
    throw new Error(
      `output ${name} has the element type ${type}, which is not supported; export it as float32`,
    );
  return { dtype: type, shape: dims, data: data as Float32Array };
}

async function release(id: number): Promise<void> {
  const session = sessions.get(id);
  sessions.delete(id);
  fedTypesOf.delete(id);
  await session?.release();
}

function specsOf(metadata: readonly ort.InferenceSession.ValueMetadata[]): readonly ValueSpec[] {
  return metadata.map((value) =>
    value.isTensor
      ? { name: value.name, dtype: value.type, shape: value.shape }
      : { name: value.name, dtype: 'unknown', shape: [] },
  );
}

/** The buffers of an answer that can be handed over instead of copied, each once. */
function buffersOf(answer: ThreadAnswer): ArrayBuffer[] {
  if (answer.kind !== 'ran') return [];
  return [...new Set(Object.values(answer.outputs).map(({ data }) => data.buffer as ArrayBuffer))];
}
