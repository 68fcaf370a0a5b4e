import { encodeModel, gradient, loadModel } from '@tessera/autodiff';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { median } from '../statistics.ts';

/*
 * One measurement in a process of its own, so that peaks do not mix.
 * usage: measure.ts forward|gradient MODEL BATCH TOKENS ROUNDS THREADS   prints {"ms": …, "peakMb": …}
 */
const [mode, path = '', ...numbers] = process.argv.slice(2);
const [batch = 1, tokens = 128, rounds = 5, threads = 1] = numbers.map(Number);

const source = loadModel(path);
const made =
  mode === 'gradient' ? await gradient(source, { of: ['logits'], wrt: ['embeddings'] }) : undefined;
const session = await InferenceSession.create(encodeModel(made?.model ?? source), {
  intraOpNumThreads: threads,
  extra: { session: { disable_quant_qdq: '1' } },
});

const ids = (value: bigint) =>
  new Tensor('int64', new BigInt64Array(batch * tokens).fill(value), [batch, tokens]);
const feeds: Record<string, Tensor> = {
  input_ids: ids(7n),
  attention_mask: ids(1n),
  token_type_ids: ids(0n),
};
if (made) feeds['grad_seed/logits'] = new Tensor('float32', new Float32Array(batch * 2).fill(1), [batch, 2]);

await session.run(feeds);
const times: number[] = [];
for (let round = 0; round < rounds; round++) {
  const startMs = performance.now();
  await session.run(feeds);
  times.push(performance.now() - startMs);
}
console.log(JSON.stringify({ ms: median(times), peakMb: process.resourceUsage().maxRSS / 1024 }));
