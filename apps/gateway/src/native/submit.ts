import { isFinal, type TaskView } from '@tessera/contracts';
import { encodeNativeTask, type WireResponse } from '@tessera/dialects';
import { sightOf } from '../access.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { clientSignal } from '../http/client-signal.ts';
import { appliedWait, preferredWaitMs } from '../http/prefer-wait.ts';
import type { OpenRequests } from '../middleware/open-requests.ts';
import type { NativeCall, NativeHandler } from './call.ts';
import { type ReadJob, readSubmission } from './read-submission.ts';
import { submitStream } from './submit-stream.ts';

/** Reads a body as a job; see {@link readSubmission}. */
type Read = (deps: GatewayDeps, call: NativeCall<'submit' | 'evaluate'>) => Promise<ReadJob>;

/** POST /v1/tasks: streams to whoever accepts an event stream, else as {@link submit}. */
export function submitOrStream(deps: GatewayDeps, streams: OpenRequests): NativeHandler<'submit'> {
  const plain = submit(deps, readSubmission);
  const stream = submitStream(deps, streams);
  return (call) =>
    (call.request.headers.accept ?? '').includes('text/event-stream') ? stream(call) : plain(call);
}

/**
 * 202 with the task, or, under `Prefer: wait=N`, 200 with the task and its result when it ended in time. The
 * same Idempotency-Key gives the same task.
 */
export function submit(deps: GatewayDeps, read: Read) {
  const { jobs, maxWaitMs, clock, closing } = deps;
  return async (call: NativeCall<'submit' | 'evaluate'>): Promise<WireResponse> => {
    const { identity, request, response } = call;
    const { job, tensors, warnings } = await read(deps, call);
    const { taskId, created } = await jobs.submit(job);
    const headers = { Location: `/v1/tasks/${taskId}` };
    const caller = sightOf(identity);
    const waitMs = preferredWaitMs(request, maxWaitMs);
    if (waitMs === null) {
      // A new task's row holds nothing that is not known here; reading it back would cost a query for each
      // request.
      const view = created
        ? newView({ taskId, job, nowMs: clock.now() })
        : ((await jobs.read(taskId, caller)) ?? newView({ taskId, job, nowMs: clock.now() }));
      return encodeNativeTask({ view, warnings, status: 202, headers: { ...headers, 'Retry-After': '1' } });
    }
    const found = await jobs.waitResult(taskId, {
      timeoutMs: waitMs,
      signal: clientSignal(response, closing),
      caller,
    });
    const current = found?.view ?? newView({ taskId, job, nowMs: clock.now() });
    return encodeNativeTask({
      view: current,
      warnings,
      status: isFinal(current.state) ? 200 : 202,
      headers: {
        ...headers,
        ...appliedWait(waitMs),
        ...(isFinal(current.state) ? {} : { 'Retry-After': '1' }),
      },
      ...(found?.result ? { result: { record: found.result, encoding: tensors } } : {}),
    });
  };
}

/** The view of a task that was accepted a moment ago. */
function newView(parts: {
  readonly taskId: string;
  readonly job: Parameters<GatewayDeps['jobs']['submit']>[0];
  readonly nowMs: number;
}): TaskView {
  const { taskId, job, nowMs } = parts;
  return {
    taskId,
    model: job.model,
    task: job.payload.task,
    kind: job.kind,
    state: 'queued',
    attempt: 0,
    priority: job.priority,
    caller: job.caller,
    queuePosition: null,
    progress: null,
    error: null,
    timings: {},
    createdAt: new Date(nowMs).toISOString(),
    startedAt: null,
    finishedAt: null,
    expiresAt: null,
  };
}
