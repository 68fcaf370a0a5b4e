// Fetches onnxruntime's CUDA provider (about 200 MB) with onnxruntime-node's own installer.
// Set-up never runs that installer by itself: without a CUDA machine the download is of no use.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from './root.mjs';

const require = createRequire(join(root, 'packages/serving/package.json'));
const folder = dirname(require.resolve('onnxruntime-node/package.json'));
const { status } = spawnSync(
  process.execPath,
  [join(folder, 'script/install.js'), '--onnxruntime-node-install'],
  {
    cwd: folder,
    stdio: 'inherit',
  },
);
if (status !== 0) {
  console.error(
    `onnxruntime-node's installer ended with ${status}. It needs internet access and, for CUDA, Linux on x64.\n` +
      'Models with disable_gpu: false go on running on the CPU, with a warning.',
  );
  process.exit(1);
}
console.log(
  'The CUDA provider is in place where this platform has one. Models with disable_gpu: false use it from their next load.',
);
