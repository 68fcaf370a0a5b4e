import type { ForwardRequest, RowOutputs } from '@tessera/serving';
import type { HeadContext } from '../head.ts';

/** Runs rows through the shared batcher in the name of the context's task, and books the time. */
export async function forwardRows(
  context: HeadContext,
  request: Omit<ForwardRequest, 'tag' | 'signal'>,
): Promise<readonly RowOutputs[]> {
  const { rows, timings } = await context.runtime.forward({
    ...request,
    signal: context.signal,
    ...(context.tag === undefined ? {} : { tag: context.tag }),
  });
  context.measure(timings);
  return rows;
}

/** Books the time of tokenizing. */
export async function timeTokenizing<T>(context: HeadContext, work: () => Promise<T>): Promise<T> {
  const startMs = context.monotonicMs();
  const done = await work();
  context.measure({ tokenizeMs: context.monotonicMs() - startMs });
  return done;
}
