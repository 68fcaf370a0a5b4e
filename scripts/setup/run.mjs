// The door to everything: prepares the checkout (once), then runs the asked command.
// Plain JavaScript without dependencies, because nothing is installed yet when it starts.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { root } from './root.mjs';

// Nothing leaves this machine: onnxruntime, Prisma and Turbo would report usage, and do not when told so.
for (const name of ['ORT_DISABLE_TELEMETRY', 'CHECKPOINT_DISABLE', 'TURBO_TELEMETRY_DISABLED'])
  process.env[name] = '1';

const launcher = join(root, 'apps/launcher/dist/main.js');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

/** What each `npm run` name starts once the checkout is ready: [node arguments]. */
const commands = {
  demo: () => [launcher, 'demo'],
  start: () => [launcher, 'start'],
  model: () => [launcher, 'model'],
  build: () => [join(root, 'node_modules/turbo/bin/turbo'), 'run', 'build'],
  test: () => [vitest, 'run'],
  bench: () => [join(root, 'bench/run.mjs')],
  gpu: () => [join(root, 'scripts/setup/gpu.mjs')],
  pack: () => [join(root, 'scripts/pack.mjs')],
};

const [name, ...rest] = process.argv.slice(2);
const command = commands[name ?? ''];
if (!command && name !== 'setup') {
  console.error(
    `Unknown command "${name ?? ''}". There are: ${['setup', ...Object.keys(commands)].join(', ')}.`,
  );
  process.exit(2);
}

try {
  await prepare();
} catch (error) {
  console.error(`\nSet-up failed: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

if (!command) process.exit(0);
// The channel tells the launcher when this process is gone, however it went: it then stops everything.
const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
const child = spawn(process.execPath, [...command(), ...rest], { cwd: root, stdio });
// The terminal sends Ctrl-C to the whole group; a plain `kill` of this process is passed on.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => undefined);
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));

// npm itself may be killed with -9: nobody waits for this process any more.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid;
  // npm runs scripts through a shell, which stays between on some systems and outlives npm.
  const shellsParent = isShell(parent) ? parentOf(parent) : null;
  const isAlone = () =>
    process.ppid !== parent || (shellsParent !== null && parentOf(parent) !== shellsParent);
  setInterval(() => isAlone() && child.kill('SIGTERM'), 500).unref();
}

/** Whether a process is `sh -c …`; false where /proc cannot tell. */
function isShell(pid) {
  return procFile(pid, 'cmdline')?.split('\0')[1] === '-c';
}

/**
 * Fields of /proc/PID/stat follow the command's name, which ends with the last bracket; null where there is
 * none.
 */
function parentOf(pid) {
  const text = procFile(pid, 'stat');
  return text === null ? null : Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
}

function procFile(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return null;
  }
}
