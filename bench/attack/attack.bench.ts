import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { eventually, redisBinary } from '@tessera/testkit';
import { startCluster } from '../../test/scenarios/cluster.ts';
import { finishTask } from '../native-task.ts';
import { printTable } from '../statistics.ts';

/*
 * Model queries per second of one attack at a time, which judges the candidates of a step as one batch,
 * against a bare onnxruntime-node loop that scores one text at a time; and the time of HotFlip per flip.
 */
const model = 'tessera/sentiment-en';
const models = resolve(import.meta.dirname, '../../models');
const threads = Number(process.env.MODEL_THREADS ?? 2);
const seconds = Number(process.env.BENCH_SECONDS ?? 4);
const reviews = [
  'The plot is thin and slow, but the cast is wonderful and the music stays with you for days.',
  'A warm and funny film with a great heart that my whole family enjoyed from start to finish.',
  'The story makes no sense, the acting is poor and the ending is simply a waste of time.',
  'I liked the first hour, then it became dull, loud and far too long for such a small idea.',
  'Beautiful pictures and a clever script make this one of the best dramas of the year.',
];
/** Tokens of a review, on average, as the rival's rows have them. */
const tokens = 20;

function bareLoop(): number {
  const script = resolve(import.meta.dirname, '../rivals/ort-loop.ts');
  const file = join(models, model, 'onnx/model.onnx');
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...process.execArgv, script, file, String(tokens), '1', String(seconds)],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { rowsPerSecond: number }).rowsPerSecond;
}

interface Report {
  readonly queries: number;
  readonly success: boolean;
  readonly steps: number;
}

const cluster = await startCluster({
  modelsDir: models,
  redisBinary: redisBinary(),
  durable: true,
  environment: { MODEL_THREADS: String(threads), TASK_LEASE_SECONDS: '30' },
});
try {
  await cluster.startGateway();
  await cluster.startWorker();
  await eventually('the model', async () => (await fetch(`${cluster.url}/v1/models/${model}`)).ok);
  const attack = async (review: string, options: object): Promise<Report & { readonly ms: number }> => {
    const submission = { model, task: 'sequence-classification', input: [review], attack: options };
    const { ms, result } = await finishTask(cluster.url, submission);
    return { ...(result.attack as { inputs: readonly [Report] }).inputs[0], ms };
  };
  const rows: (string | number)[][] = [];
  for (const method of ['hotflip', 'deepwordbug', 'neighbour_substitution', 'input_reduction']) {
    await attack(reviews[0]!, { method });
    const bare = bareLoop();
    let [queries, ms, flips, successes] = [0, 0, 0, 0];
    for (const review of reviews) {
      const report = await attack(review, { method });
      queries += report.queries;
      ms += report.ms;
      flips += report.steps;
      successes += report.success ? 1 : 0;
    }
    const perSecond = (queries * 1000) / ms;
    rows.push([
      method,
      bare,
      perSecond,
      perSecond / bare,
      queries / reviews.length,
      ms / reviews.length,
      ms / Math.max(1, flips),
      `${successes} of ${reviews.length}`,
    ]);
  }
  printTable(
    [
      'attack',
      'one text at a time, queries/s',
      'Tessera, queries/s',
      '× one at a time',
      'queries an attack',
      'ms an attack',
      'ms per step (flip)',
      'successes',
    ],
    rows,
  );
} finally {
  await cluster.stop();
}
