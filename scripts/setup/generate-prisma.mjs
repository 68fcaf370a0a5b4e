import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './root.mjs';

/**
 * Writes the Prisma client of prisma/schema.prisma into packages/jobs/src/generated. Works offline:
 * generating needs no engine, but the command looks for one and would download it, so it is shown this Node
 * binary, which it never runs.
 *
 * @returns {{ ok: boolean, output: string }}
 */
export function generatePrisma() {
  const requireFromJobs = createRequire(join(root, 'packages/jobs/package.json'));
  const manifest = requireFromJobs.resolve('prisma/package.json');
  const { bin } = requireFromJobs('prisma/package.json');
  const command = join(dirname(manifest), bin.prisma);
  const run = spawnSync(
    process.execPath,
    [command, 'generate', '--schema', join(root, 'prisma/schema.prisma')],
    {
      cwd: join(root, 'packages/jobs'),
      encoding: 'utf8',
      env: {
        ...process.env,
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        NO_COLOR: '1',
      },
    },
  );
  return { ok: run.status === 0, output: `${run.stdout ?? ''}${run.stderr ?? ''}` };
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { ok, output } = generatePrisma();
  process.stdout.write(output);
  process.exitCode = ok ? 0 : 1;
}
