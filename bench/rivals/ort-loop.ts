import { resolve } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/*
 * The rival of the serving benches: nothing but onnxruntime-node in a loop, on tensors made beforehand, with
 * all cores. Arguments: model file, tokens per row, rows per run, seconds. Prints {"rowsPerSecond": …,
 * "msPerRun": […]}.
 */
const [file, tokensText, rowsText, secondsText] = process.argv.slice(2);
const tokens = Number(tokensText);
const rows = Number(rowsText);
const endAfterMs = Number(secondsText) * 1000;

const session = await InferenceSession.create(resolve(file!), {
  extra: { session: { disable_quant_qdq: '1' } },
} as InferenceSession.SessionOptions);
const ids = BigInt64Array.from({ length: rows * tokens }, (_, i) => BigInt(1000 + (i % 3000)));
const feeds: Record<string, Tensor> = {
  input_ids: new Tensor('int64', ids, [rows, tokens]),
  attention_mask: new Tensor('int64', new BigInt64Array(rows * tokens).fill(1n), [rows, tokens]),
};
if (session.inputNames.includes('token_type_ids'))
  feeds.token_type_ids = new Tensor('int64', new BigInt64Array(rows * tokens), [rows, tokens]);

for (let warm = 0; warm < 10; warm++) await session.run(feeds);
const msPerRun: number[] = [];
const startMs = performance.now();
while (performance.now() - startMs < endAfterMs) {
  const runMs = performance.now();
  await session.run(feeds);
  msPerRun.push(performance.now() - runMs);
}
const seconds = (performance.now() - startMs) / 1000;
console.log(JSON.stringify({ rowsPerSecond: (msPerRun.length * rows) / seconds, msPerRun }));
