import { main } from './main.ts';

// The entry of the unbuilt checkout; bin/tessera-autodiff.mjs starts it with tsx.
process.exitCode = await main(process.argv, process);
