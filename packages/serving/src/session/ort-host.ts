import { AppError } from '@tessera/base';
import { reasonOf } from './load-reason.ts';
import { openThread } from './open-thread.ts';
import type { GpuWish, ModelFile, Session, SessionOptions } from './session.ts';
import type { ThreadAnswer, ThreadRequest } from './thread-messages.ts';

/** The thread that runs all sessions of this process, one run after another in the order asked. */
export interface OrtHost {
  /**
   * Loads a file.
   * Throws MODEL_LOAD_FAILED with a reason a person can act on, GPU_REQUIRED.
   */
  open(model: string, file: ModelFile, options: SessionOptions): Promise<Session>;
  /** Waits for the run under way, releases every session and ends the thread. */
  close(): Promise<void>;
}

type Unnumbered<R> = R extends { readonly id: number } ? Omit<R, 'id'> : never;

export function openOrtHost(): OrtHost {
  // Read by onnxruntime at its first session; a thread could not set it, because its environment is a copy.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const worker = openThread('./ort-thread', import.meta.url);
  const pending = new Map<number, { resolve(answer: ThreadAnswer): void; reject(error: Error): void }>();
  let lastId = 0;
  let lastSession = 0;
  let ended: Error | null = null;

  worker.on('message', (answer: ThreadAnswer) => {
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if (answer.kind === 'failed') waiting?.reject(new Error(answer.message));
    else waiting?.resolve(answer);
  });
  const end = (error: Error): void => {
    ended ??= error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  worker.on('error', end);
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      end(new Error(`the onnxruntime thread ended with code ${code}`));
      resolve();
    });
  });

  const ask = <K extends ThreadAnswer['kind']>(
    _expected: K,
    request: Unnumbered<ThreadRequest>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Extract<ThreadAnswer, { kind: K }>> =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      const id = ++lastId;
      pending.set(id, { resolve: resolve as (answer: ThreadAnswer) => void, reject });
      worker.postMessage({ ...request, id }, transfer);
    });

  const open = async (model: string, file: ModelFile, options: SessionOptions): Promise<Session> => {
    const session = ++lastSession;
    const load = (cudaDevice: number | null): Promise<Extract<ThreadAnswer, { kind: 'opened' }>> => {
      const { threads, memoryArena } = options;
      return ask('opened', { kind: 'open', session, file, threads, memoryArena, cudaDevice });
    };
    const { opened, device, warnings } = await onDevice(model, options.gpu, load);
    const ran = async (request: Unnumbered<Extract<ThreadRequest, { kind: 'run' | 'step' }>>) => {
      const transfer = [
        ...new Set(Object.values(request.feeds).map(({ data }) => data.buffer as ArrayBuffer)),
      ];
      try {
        return await ask('ran', request, transfer);
      } catch (cause) {
        throw new AppError('MODEL_RUN_FAILED', { detail: { model, reason: reasonOf(cause) }, cause });
      }
    };
    return {
      inputs: opened.inputs,
      outputs: opened.outputs,
      device,
      lanes: 1,
      warnings,
      run: (feeds, fetch) => ran({ kind: 'run', session, feeds, fetch }),
      step: (feeds, fetch, slots) => ran({ kind: 'step', session, feeds, fetch, slots }),
      drop: async (store) => {
        if (!ended) await ask('closed', { kind: 'drop', store });
      },
      close: async () => {
        if (!ended) await ask('closed', { kind: 'close', session });
      },
    };
  };

  return {
    open,
    async close() {
      if (!ended) await ask('closed', { kind: 'quit' });
      await exited;
    },
  };
}

interface Placed {
  readonly opened: Extract<ThreadAnswer, { kind: 'opened' }>;
  readonly device: string;
  readonly warnings: readonly string[];
}

/**
 * Loads on the wished device; a missing GPU is a warning or an error, a bad file is an error on any device.
 */
async function onDevice(
  model: string,
  gpu: GpuWish,
  load: (cudaDevice: number | null) => Promise<Placed['opened']>,
): Promise<Placed> {
  const warnings: string[] = [];
  if (gpu.kind !== 'none') {
    try {
      return { opened: await load(gpu.deviceId), device: `cuda:${gpu.deviceId}`, warnings };
    } catch (cause) {
      if (gpu.kind === 'require') throw new AppError('GPU_REQUIRED', { detail: { model }, cause });
      warnings.push(
        `No GPU that onnxruntime can use was found, so the model runs on the CPU. Run "npm run gpu" on a CUDA machine.`,
      );
    }
  }
  try {
    return { opened: await load(null), device: 'cpu', warnings };
  } catch (cause) {
    throw new AppError('MODEL_LOAD_FAILED', { detail: { model, reason: reasonOf(cause) }, cause });
  }
}
