import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DataType, emptyModel, encodeModel, Graph, loadModel, makeNode, makeValueInfo } from '@tessera/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from './main.ts';

let folder: string;
let model: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-autodiff-'));
  model = join(folder, 'model.onnx');
  await writeFile(model, encodeModel(chain('Tanh')));
  await writeFile(join(folder, 'odd.onnx'), encodeModel(chain('Det')));
  await writeFile(join(folder, 'step.onnx'), encodeModel(chain('Round')));
});

afterAll(() => rm(folder, { recursive: true }));

/** x → op → Exp → logits. */
function chain(op: string) {
  const graph = new Graph(emptyModel(17));
  graph.inputs = [makeValueInfo('x', DataType.FLOAT, ['batch', 2, 2])];
  graph.outputs = [makeValueInfo('logits')];
  graph.nodes = [
    makeNode({ op, name: 'middle', inputs: ['x'], outputs: ['h'] }),
    makeNode({ op: 'Exp', inputs: ['h'], outputs: ['logits'] }),
  ];
  graph.touch();
  return graph.toModel();
}

async function run(...args: readonly string[]) {
  const written = { out: '', err: '' };
  const collect = (stream: 'out' | 'err') => ({
    write(text: string) {
      written[stream] += text;
    },
  });
  const code = await main(['node', 'tessera-autodiff', ...args], {
    stdout: collect('out'),
    stderr: collect('err'),
  });
  return { code, ...written };
}

describe('tessera-autodiff', () => {
  it('writes an ordinary model with seeds and gradients', async () => {
    const output = join(folder, 'gradient.onnx');
    expect(await run(model, '--of', 'logits', '--wrt', 'x,h', '-o', output)).toEqual({
      code: 0,
      out: '',
      err: '',
    });
    const session = await InferenceSession.create(output, { intraOpNumThreads: 1 });
    expect(session.inputNames).toEqual(['x', 'grad_seed/logits']);
    expect(session.outputNames).toEqual(['logits', 'grad/x', 'grad/h']);
    const ones = new Tensor('float32', new Float32Array(4).fill(1), [1, 2, 2]);
    const results = await session.run({ x: ones, 'grad_seed/logits': ones });
    const slope = Math.exp(Math.tanh(1)) * (1 - Math.tanh(1) ** 2);
    const computed = results['grad/x']?.data as Float32Array;
    expect(computed[3]).toBeCloseTo(slope, 5);
    await session.release();
  });

  it('--explain tells what was differentiated and stopped, and node counts', async () => {
    const { code, out } = await run(model, '--of', 'logits', '--wrt', 'x', '--explain');
    expect(code).toBe(0);
    expect(out).toContain('d(logits) / d(x)');
    expect(out).toMatch(/differentiated: 2 nodes[\s\S]*1 {2}Tanh[\s\S]*1 {2}Exp/);
    expect(out).toContain('stopped: 0 nodes');
    expect(out).toMatch(/nodes before: 2[\s\S]*nodes after: +\d+/);
  });

  it('--lift adds inputs', async () => {
    const output = join(folder, 'lifted.onnx');
    expect((await run(model, '--of', 'logits', '--wrt', 'h', '--lift', 'h=affine', '-o', output)).code).toBe(
      0,
    );
    const inputs = loadModel(output).proto.graph?.input.map((input) => input.name);
    expect(inputs).toEqual(['x', 'h/scale', 'h/delta', 'grad_seed/logits']);
  });

  it('--help names inputs, outputs and exit codes', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    for (const word of ['grad_seed/<output>', 'grad/<tensor>', 'Exit codes', '--explain', '--lift'])
      expect(out).toContain(word);
  });

  it.each([
    ['no arguments', [], 2, 'MODEL.onnx'],
    ['no --of', ['model.onnx', '-o', 'x'], 2, '--of'],
    ['neither output nor --explain', ['model.onnx', '--of', 'logits'], 2, '-o OUT.onnx'],
    ['an unknown flag', ['model.onnx', '--off', 'logits'], 2, '--off'],
    [
      'an unknown lift form',
      ['model.onnx', '--of', 'logits', '--lift', 'h=up', '--explain'],
      2,
      'NAME=affine',
    ],
    ['a file that is not there', ['absent.onnx', '--of', 'logits', '--explain'], 3, 'cannot be read'],
    [
      'a tensor that is not there',
      ['model.onnx', '--of', 'logit', '--wrt', 'x', '--explain'],
      3,
      'its outputs are logits',
    ],
    ['no embedding lookup', ['model.onnx', '--of', 'logits', '--explain'], 3, 'input_ids'],
    [
      'an operator without a rule',
      ['odd.onnx', '--of', 'logits', '--wrt', 'x', '--explain'],
      4,
      'Det (ai.onnx, opset 17)',
    ],
    ['nothing smooth in between', ['step.onnx', '--of', 'logits', '--wrt', 'x', '--explain'], 5, 'No path'],
  ])('%s: a clear message and its exit code', async (_, args, code, message) => {
    const placed = args.map((arg) => (/\.onnx$/.test(arg) ? join(folder, arg) : arg));
    const result = await run(...placed);
    expect(result.code).toBe(code);
    expect(result.err).toContain(message);
    expect(result.err).not.toMatch(/\n {4}at /);
  });

  it('runs as a program, and leaves nothing in the home and the temporary folder', async () => {
    const [home, temporary] = [await mkdtemp(join(folder, 'home-')), await mkdtemp(join(folder, 'tmp-'))];
    const program = fileURLToPath(new URL('../../bin/tessera-autodiff.mjs', import.meta.url));
    const output = join(folder, 'program.onnx');
    const args = [program, model, '--of', 'logits', '--wrt', 'x', '-o', output, '--explain'];
    // Without the variable that keeps onnxruntime from reporting: setting it is the program's own task.
    const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(stdout).toContain('grad/x');
    expect((await readFile(output)).byteLength).toBeGreaterThan(100);
    expect(await readdir(home)).toEqual([]);
    expect((await readdir(temporary)).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
  });
});
