import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { printTable } from '../statistics.ts';

/*
 * Forward against forward and backward to the embeddings, MiniLM size, 128 tokens, each in a process of its
 * own; beside it torch eager for the same. PYTHON names an interpreter with torch and transformers; without
 * it the rival's columns stay empty.
 */
const rounds = process.env.BENCH_ROUNDS ?? '7';
const threads = process.env.MODEL_THREADS ?? '1';
const tokens = '128';
const python = process.env.PYTHON;
const root = resolve(import.meta.dirname, '../..');
const model = join(root, 'models/tessera/sentiment-en/onnx/model.onnx');

interface Measured {
  readonly ms: number;
  readonly peakMb: number;
}

function run(program: string, args: readonly string[]): Measured {
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) as string) as Measured;
}

function ours(mode: 'forward' | 'gradient', batch: string): Measured {
  const flags = process.execArgv;
  return run(process.execPath, [
    ...flags,
    join(import.meta.dirname, 'measure.ts'),
    mode,
    model,
    batch,
    tokens,
    rounds,
    threads,
  ]);
}

function torch(mode: 'forward' | 'gradient', batch: string): Measured | undefined {
  return python
    ? run(python, [join(root, 'bench/rivals/gradient_torch.py'), mode, batch, tokens, rounds, threads])
    : undefined;
}

const rows = ['1', '10'].flatMap((batch) => {
  const [forward, both] = [ours('forward', batch), ours('gradient', batch)];
  const rival = { forward: torch('forward', batch), both: torch('gradient', batch) };
  const line = (name: string, a: Measured | undefined, b: Measured | undefined): (string | number)[] =>
    a && b ? [name, batch, a.ms, b.ms, b.ms / a.ms, a.peakMb, b.peakMb] : [name, batch, '', '', '', '', ''];
  return [line('Tessera', forward, both), line('torch eager', rival.forward, rival.both)];
});
console.log(`MiniLM-L6, ${tokens} tokens, ${threads} thread(s), median of ${rounds}\n`);
printTable(
  ['', 'batch', 'forward ms', 'forward + backward ms', 'ratio', 'peak MB forward', 'peak MB both'],
  rows,
);
