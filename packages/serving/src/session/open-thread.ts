import { Worker } from 'node:worker_threads';

/**
 * Starts a worker thread of this package from its file name without extension, seen from the module at
 * `from`.
 *
 * From dist the thread runs the compiled file. From src (tests, development) Node 20 cannot read TypeScript
 * and a worker ignores `--import`, so a first line of its own registers the tsx loader in the thread.
 */
export function openThread(file: string, from: string, workerData: unknown = null): Worker {
  const name = file.replace(/^\.\//, '');
  if (!from.endsWith('.ts'))
    return new Worker(new URL(`${file}.js`, from), { execArgv: [], name, workerData });
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const source = JSON.stringify(new URL(`${file}.ts`, from).href);
  return new Worker(`import(${loader}).then(({ register }) => { register(); return import(${source}); })`, {
    eval: true,
    execArgv: ['--conditions=@tessera/source'],
    name,
    workerData,
  });
}
