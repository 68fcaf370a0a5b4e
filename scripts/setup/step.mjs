import { spawn } from 'node:child_process';
import { root } from './root.mjs';

/**
 * Runs one command of the set-up, showing a single line with the seconds it takes.
 * Its output is kept back and printed only when it fails.
 */
export async function step(title, program, args, environment = {}) {
  const startMs = Date.now();
  const live = process.stderr.isTTY;
  const seconds = () => ((Date.now() - startMs) / 1000).toFixed(live ? 0 : 1);
  if (!live) process.stderr.write(`• ${title} …\n`);
  const ticker = live ? setInterval(() => process.stderr.write(`\r• ${title} … ${seconds()} s `), 500) : null;
  const { code, output } = await run(program, args, environment);
  if (ticker) clearInterval(ticker);
  if (live) process.stderr.write('\r\u001b[K');
  if (code !== 0) throw new Error(`"${title}" ended with ${code}:\n${output.slice(-6000)}`);
  process.stderr.write(live ? `✓ ${title} (${seconds()} s)\n` : `  done in ${seconds()} s\n`);
}

function run(program, args, environment) {
  return new Promise((resolve, reject) => {
    // npx is a .cmd file on Windows and needs a shell there.
    const shell = process.platform === 'win32' && program === 'npx';
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
