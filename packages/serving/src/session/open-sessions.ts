import { openOrtHost } from './ort-host.ts';
import { openOrtLanes } from './ort-lanes.ts';
import type { GpuWish, Session } from './session.ts';

export interface SessionsOptions {
  readonly model: string;
  /** Threads of onnxruntime: cores divided by the replicas on this machine. */
  readonly threads: number;
  /** CUDA device to use; null for the CPU. */
  readonly gpu: number | null;
  /** Fail with GPU_REQUIRED instead of falling back to the CPU. */
  readonly requireGpu: boolean;
  /** Share the rows of a served batch out over single threads. */
  readonly inLanes: boolean;
}

/** The onnxruntime threads of one model, and its files that are open in them. */
export interface Sessions {
  /** Opens a file that is run beside the served one. Throws MODEL_LOAD_FAILED, GPU_REQUIRED. */
  open(path: string, memoryArena: boolean): Promise<Session>;
  /** Opens the file that answers plain requests. */
  openServed(path: string): Promise<Session>;
  /** Waits for the run under way and frees every session. */
  close(): Promise<void>;
}

export function openSessions(options: SessionsOptions): Sessions {
  const { model, threads, inLanes } = options;
  const host = openOrtHost();
  const lanes = openOrtLanes(host, threads);
  const gpu = gpuWish(options);
  return {
    open: (path, memoryArena) => host.open(model, { path }, { threads, gpu, memoryArena }),
    openServed: (path) => (inLanes ? lanes : host).open(model, { path }, { threads, gpu, memoryArena: true }),
    async close() {
      await lanes.close();
      await host.close();
    },
  };
}

function gpuWish({ gpu, requireGpu }: SessionsOptions): GpuWish {
  if (gpu !== null) return { kind: requireGpu ? 'require' : 'prefer', deviceId: gpu };
  return { kind: 'none' };
}
