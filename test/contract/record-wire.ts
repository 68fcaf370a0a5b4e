import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { converse, withServer } from './converse.ts';
import { conversations } from './wire/conversations.ts';

// Writes test/contract/recordings anew, from the servers of this check-out (built before): only when SQuARE's
// wire is meant to change.
//   npx tsx --conditions=@tessera/source test/contract/record-wire.ts

await withServer(async (url) => {
  for (const [title, cases] of Object.entries(conversations)) {
    const recordings = [];
    for (const one of cases) recordings.push(await converse(url, one));
    const file = join(import.meta.dirname, 'recordings', `${title}.json`);
    writeFileSync(file, `[\n${recordings.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`);
    console.log(`${title}: ${recordings.length} requests`);
  }
});
