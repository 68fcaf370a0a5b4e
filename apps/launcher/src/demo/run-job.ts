import pc from 'picocolors';
import type { SampleJob } from './sample-jobs.ts';

/** Sends one job as SQuARE's client would, polls for its end, and prints request and answer. Throws when it fails. */
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
    console.log(
      pc.cyan(`  GET  /api/main/task_result/${task_id}`) +
        pc.dim(
          `  (${polls} ${polls === 1 ? 'poll' : 'polls'}, ${Math.round(performance.now() - startMs)} ms with loading the model)`,
        ),
    );
    for (const line of job.show(answer.result)) console.log(`       ${line}`);
    return;
  }
}

async function call(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as unknown;
}
