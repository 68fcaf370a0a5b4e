// Regenerates proto/onnx-ml_pb.{js,d.ts} from proto/onnx-ml.proto; with --check it only compares.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const out = mkdtempSync(join(tmpdir(), 'onnx-proto-'));
const header =
  '// biome-ignore-all lint: generated\n// biome-ignore-all format: generated\n// biome-ignore-all assist: generated\n';

execFileSync(join(bin, 'buf'), ['generate', '-o', out], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
});

let stale = false;
for (const name of ['onnx-ml_pb.js', 'onnx-ml_pb.d.ts']) {
  const text = header + readFileSync(join(out, 'proto', name), 'utf8');
  const target = join(root, 'proto', name);
  if (process.argv.includes('--check')) stale ||= readFileSync(target, 'utf8') !== text;
  else writeFileSync(target, text);
}
rmSync(out, { recursive: true });
if (stale) {
  console.error('proto/onnx-ml_pb.* is stale: run node packages/onnx/scripts/gen-proto.mjs');
  process.exit(1);
}
