// `npm run pack [folder]`: the packages that stand alone, as tarballs that npm installs outside this
// repository.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pnpm } from './setup/prepare.mjs';
import { root } from './setup/root.mjs';

/** In the order in which they depend on each other. */
const standalone = ['base', 'contracts', 'onnx', 'autodiff', 'client', 'text-views'];

const folder = resolve(process.argv[2] ?? join(root, '.tessera/packages'));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

for (const name of standalone) {
  const cwd = join(root, 'packages', name);
  const { version } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'));
  const packed = spawnSync('npx', ['-y', pnpm, 'pack', '--pack-destination', folder], {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (packed.status !== 0) {
    console.error(`packages/${name} could not be packed:\n${packed.stdout}${packed.stderr}`);
    process.exit(1);
  }
  console.log(join(folder, `tessera-${name}-${version}.tgz`));
}
