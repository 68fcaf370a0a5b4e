import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const python = process.env.PYTHON ?? 'python3';
const probe = spawnSync(python, ['-c', 'import torch, transformers, onnx, tokenizers'], { encoding: 'utf8' });
const root = resolve(import.meta.dirname, '../..');

/** Whether PYTHON (default python3) can run the rivals; references/pyproject.toml names what they need. */
export const hasTorch = probe.status === 0;

if (!hasTorch)
  console.log(
    `PyTorch was not found (PYTHON=${python}): its columns stay empty. Install ./references with pip.\n`,
  );

/**
 * Runs a rival, named as a module of this folder, with a JSON request on its standard input; null without
 * PyTorch. It starts in the repository's root, from where it finds `references`. Throws what it printed.
 */
export function runRival<Answer>(module: string, request: object): Answer | null {
  if (!hasTorch) return null;
  const { stdout, stderr, status } = spawnSync(python, ['-m', `bench.rivals.${module}`], {
    cwd: root,
    input: JSON.stringify(request),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Answer;
}
