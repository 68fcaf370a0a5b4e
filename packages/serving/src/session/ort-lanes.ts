import { type OrtHost, openOrtHost } from './ort-host.ts';
import type { ModelFile, Session, SessionOptions } from './session.ts';
import { splitRows } from './split-session.ts';

/** More copies of a model than this would take more memory than they save time. */
const mostLanes = 4;

/** Some onnxruntime threads over which the rows of a batch are shared out. */
export interface OrtLanes {
  /**
   * Loads a file once a lane; the threads of an operator are shared out as well. Throws what OrtHost.open
   * throws.
   */
  open(model: string, file: ModelFile, options: SessionOptions): Promise<Session>;
  close(): Promise<void>;
}

/**
 * Lanes for files whose operators are too quick for the threads of one run to wait for each other: int8, on
 * the CPU. `first` serves as one of them and stays its owner's to close; the others start with the first file
 * that runs on the CPU.
 */
export function openOrtLanes(first: OrtHost, threads: number): OrtLanes {
  const count = Math.min(threads, mostLanes);
  const own = Math.max(1, Math.floor(threads / count));
  const others: OrtHost[] = [];
  return {
    async open(model, file, options) {
      const session = await first.open(model, file, { ...options, threads: own });
      if (session.device !== 'cpu') return session;
      while (others.length < count - 1) others.push(openOrtHost());
      const onCpu = { ...options, threads: own, gpu: { kind: 'none' } } as const;
      return splitRows([
        session,
        ...(await Promise.all(others.map((host) => host.open(model, file, onCpu)))),
      ]);
    },
    async close() {
      for (const host of others) await host.close();
    },
  };
}
