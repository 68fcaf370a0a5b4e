import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const python = process.env.PYTHON ?? 'python3';
const probe = spawnSync(python, ['-c', 'import torch, transformers, onnx, tokenizers'], { encoding: 'utf8' });

/** Whether PYTHON (default python3) can run the rivals; scripts/references/requirements.txt names what they need. */
export const hasTorch = probe.status === 0;

if (!hasTorch)
  console.log(
    `PyTorch was not found (PYTHON=${python}): its columns stay empty. Install scripts/references/requirements.txt.\n`,
  );

/** Runs a rival of this folder with a JSON request on its standard input; null without PyTorch. Throws what it printed. */
export function runRival<Answer>(script: string, request: object): Answer | null {
  if (!hasTorch) return null;
  const { stdout, stderr, status } = spawnSync(python, [resolve(import.meta.dirname, script)], {
    input: JSON.stringify(request),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Answer;
}
