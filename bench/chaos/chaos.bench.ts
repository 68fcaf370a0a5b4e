// `npm run bench -- chaos`: every fault, one after the other, on two gateways and two hosts with servers of
// their own. CHAOS_TASKS sets the number of tasks per fault (default 300); CHAOS_FAULTS chooses by a part of
// the names.
import { redisBinary } from '@tessera/testkit';
import { endure, type Tally, withProduction } from '../../test/scenarios/campaign.ts';
import { postgresFaults, processFaults, redisFaults } from '../../test/scenarios/faults.ts';

const tasks = Number(process.env.CHAOS_TASKS ?? 300);
const chosen = process.env.CHAOS_FAULTS ?? '';
const redis = redisBinary();
const faults = [...postgresFaults, ...(redis ? redisFaults : []), ...processFaults].filter((fault) =>
  fault.name.includes(chosen),
);
const columns = ['accepted', 'lost', 'duplicated', 'wrong', 'wronglyFailed', 'stuck'] as const;
const zeros = columns.slice(1);

console.log(`| fault | ${columns.join(' | ')} | seconds |\n|---${'|---'.repeat(columns.length + 1)}|`);
const row = (tally: Tally): string =>
  `| ${tally.fault} | ${columns.map((column) => tally[column]).join(' | ')} | ${tally.seconds.toFixed(0)} |`;

await withProduction(redis, async (production) => {
  for (const [index, fault] of faults.entries()) {
    const tally = await endure(production, { fault, tasks, seed: 100 + index });
    console.log(row(tally));
    if (zeros.some((column) => tally[column] !== 0)) process.exitCode = 1;
  }
});
