// `npm run bench [name …]`: runs the benchmarks, each in a process of its own, from source through tsx.
// `npm run bench -- pair PATH`: this checkout beside another one.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// Nothing that is measured reports home, or leaves files of its own.
process.env.ORT_DISABLE_TELEMETRY = '1';

const here = dirname(fileURLToPath(import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const all = readdirSync(here, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith('.bench.ts'))
  .sort();
const [first, ...others] = process.argv.slice(2);
const asked = first === undefined ? [] : [first, ...others];
const isPair = first === 'pair';
const named = all.filter((path) => asked.length === 0 || asked.some((name) => path.includes(name)));
const chosen = isPair ? ['pair/pair.ts'] : named;
if (chosen.length === 0) {
  console.error(
    `No benchmark is called ${asked.join(', ')}. There are: ${all.map((path) => path.replace('.bench.ts', '')).join(', ')}.`,
  );
  process.exit(2);
}
for (const path of chosen) {
  console.log(`\n## ${path.replace('.bench.ts', '')}\n`);
  const { status } = spawnSync(
    process.execPath,
    ['--conditions=@tessera/source', '--import', tsx, join(here, path), ...(isPair ? others : [])],
    { stdio: 'inherit' },
  );
  if (status !== 0) process.exitCode = 1;
}
