import { resolve } from 'node:path';
import { eventually, redisBinary } from '@tessera/testkit';
import { childrenOf, startCluster } from '../../test/scenarios/cluster.ts';
import { finishTask, peakMegabytes } from '../native-task.ts';
import { runRival } from '../rivals/python.ts';
import { textOf } from '../serving/load.ts';
import { median, printTable } from '../statistics.ts';

/*
 * Integrated gradients of 50 steps on 128 tokens through the whole of Tessera (HTTP, queue, host, model
 * process) against torch eager with batched steps in one process, on the same weights; then every method on a
 * sentence of 30 words.
 */
const model = 'tessera/sentiment-en';
const runs = Number(process.env.BENCH_RUNS ?? 7);
const threads = Number(process.env.MODEL_THREADS ?? 2);
const steps = 50;
const sentence =
  'I had hoped for much more from this long awaited sequel, but the slow story, the flat jokes and ' +
  'the noisy ending left everybody in the room simply tired and disappointed.';
const methods = [
  'attention',
  'scaled_attention',
  'attention_rollout',
  'simple_grads',
  'gradient_norm',
  'smooth_grads',
  'integrated_grads',
  'layer_integrated_grads',
  'occlusion',
  'lime',
  'kernel_shap',
  'bertviz',
];

const cluster = await startCluster({
  modelsDir: resolve(import.meta.dirname, '../../models'),
  redisBinary: redisBinary(),
  durable: true,
  environment: { MODEL_THREADS: String(threads), TASK_LEASE_SECONDS: '30' },
});
try {
  await cluster.startGateway();
  const worker = await cluster.startWorker();
  await eventually('the model', async () => (await fetch(`${cluster.url}/v1/models/${model}`)).ok);
  const explain = async (text: string, options: object, times: number): Promise<number[]> => {
    const samples: number[] = [];
    const submission = { model, task: 'sequence-classification', input: [text], explain: options };
    // The first one builds and loads what the method needs.
    for (let run = -1; run < times; run++) {
      const { ms } = await finishTask(cluster.url, submission);
      if (run >= 0) samples.push(ms);
    }
    return samples;
  };

  const options = { method: 'integrated_grads', n_steps: steps, quadrature: 'midpoint' };
  const ours = median(await explain(textOf(128, 1), options, runs));
  const peak = peakMegabytes(childrenOf(worker.pid)[0]!);
  const rows: (string | number)[][] = [];
  for (const batch of [1, 10, steps]) {
    const torch = runRival<{ ms: number; megabytes: number }>('encoder_torch', {
      mode: 'integrated',
      rows: batch,
      tokens: 128,
      runs,
      threads,
      steps,
    });
    rows.push([batch, ours, torch?.ms ?? '–', torch ? ours / torch.ms : '–', peak, torch?.megabytes ?? '–']);
  }
  // Torch kept this process busy for minutes: connections kept alive before are closed by now.
  await eventually('the gateway', async () => (await fetch(`${cluster.url}/healthz`).catch(() => null))?.ok);
  console.log(`Integrated gradients, ${steps} steps, 128 tokens:\n`);
  printTable(
    [
      'steps a batch in torch',
      'Tessera ms',
      'torch ms',
      'share of torch',
      'Tessera peak MB',
      'torch peak MB',
    ],
    rows,
  );

  console.log(`\nA sentence of ${sentence.split(' ').length} words, by method:\n`);
  const byMethod: (string | number)[][] = [];
  for (const method of methods) {
    byMethod.push([method, median(await explain(sentence, { method }, runs))]);
  }
  printTable(['method', 'p50 ms'], byMethod);
} finally {
  await cluster.stop();
}
