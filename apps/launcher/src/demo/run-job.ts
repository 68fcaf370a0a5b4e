import type { TaskTimings } from '@tessera/contracts';
import pc from 'picocolors';
import type { SampleJob } from './sample-jobs.ts';

/**
 * Sends one job as SQuARE's client would, polls for its end, and prints request and answer. Throws when it
 * fails.
 */
export async function runJob(url: string, job: SampleJob): Promise<void> {
  const path = `/api/main/${job.model}/${job.task}`;
  console.log(`\n${pc.bold(job.title)} ${pc.dim(`· ${job.model}`)}`);
  console.log(pc.cyan(`  POST ${path}`));
  console.log(pc.dim(`       ${JSON.stringify(job.body)}`));
  const startMs = performance.now();
  const queued = await call(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(job.body),
  });
  const { task_id } = queued as { task_id: string };
  console.log(`  ${pc.dim('queued as')} ${task_id}`);
  let polls = 0;
  for (;;) {
    // The server holds each poll open until the task has ended (or 25 s), so this loop does not spin.
    const answer = (await call(`${url}/api/main/task_result/${task_id}`, {
      headers: { accept: 'application/json' },
    })) as {
      status: string;
      result?: unknown;
    };
    polls++;
    if (answer.status !== 'Finished') continue;
    const tookMs = performance.now() - startMs;
    const { timings } = (await call(`${url}/v1/tasks/${task_id}`, {})) as { timings: TaskTimings };
    const told = [
      `${polls} ${polls === 1 ? 'poll' : 'polls'}`,
      `${Math.round(tookMs)} ms`,
      ...waits(timings),
    ];
    console.log(pc.cyan(`  GET  /api/main/task_result/${task_id}`) + pc.dim(`  (${told.join(', ')})`));
    for (const line of job.show(answer.result)) console.log(`       ${line}`);
    return;
  }
}

/** What was loaded or built because this job was the first to need it. */
function waits({ loadMs, prepareMs }: TaskTimings): string[] {
  return [
    ...(loadMs === undefined ? [] : [`${Math.round(loadMs)} ms of it loading the model`]),
    ...(prepareMs === undefined ? [] : [`${Math.round(prepareMs)} ms of it building what looks inside`]),
  ];
}

async function call(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as unknown;
}
