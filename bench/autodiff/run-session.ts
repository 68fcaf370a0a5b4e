import { InferenceSession, Tensor } from 'onnxruntime-node';

/*
 * Runs one ONNX file in a process of its own, so that its peak memory is its own. Arguments: file, rows,
 * tokens, runs, threads, "gradient" or "forward". Prints {"ms": median, "megabytes": peak}.
 */
const [file, rowsText, tokensText, runsText, threadsText, mode] = process.argv.slice(2);
const [rows, tokens, runs, threads] = [rowsText, tokensText, runsText, threadsText].map(Number) as [
  number,
  number,
  number,
  number,
];
const session = await InferenceSession.create(file!, {
  intraOpNumThreads: threads,
  enableCpuMemArena: mode === 'forward',
  extra: { session: { disable_quant_qdq: '1' } },
} as InferenceSession.SessionOptions);
const integers = (value: (i: number) => bigint): Tensor =>
  new Tensor(
    'int64',
    BigInt64Array.from({ length: rows * tokens }, (_, i) => value(i)),
    [rows, tokens],
  );
const feeds: Record<string, Tensor> = {
  input_ids: integers((i) => BigInt(1000 + (i % 3000))),
  attention_mask: integers(() => 1n),
  token_type_ids: integers(() => 0n),
};
if (mode === 'gradient')
  feeds['grad_seed/logits'] = new Tensor(
    'float32',
    Float32Array.from({ length: rows * 2 }, (_, i) => i % 2),
    [rows, 2],
  );
const times: number[] = [];
for (let run = -3; run < runs; run++) {
  const startMs = performance.now();
  await session.run(feeds);
  if (run >= 0) times.push(performance.now() - startMs);
}
times.sort((a, b) => a - b);
console.log(
  JSON.stringify({ ms: times[times.length >> 1], megabytes: process.resourceUsage().maxRSS / 1024 }),
);
