import { Command } from 'commander';
import { readConfig } from './config.ts';
import { runDemo } from './demo/run-demo.ts';
import { manageModels } from './manage-models.ts';
import { runStart } from './run-start.ts';

// `npm start`, `npm run demo`, `npm run model` end here, after scripts/setup has prepared the checkout.

const program = new Command('tessera').description(
  'Tessera on one machine: Postgres, gateway and worker host.',
);

program
  .command('start')
  .description('start everything and stay up until Ctrl-C')
  .action(async () => process.exit(await runStart(readConfig(process.env))));

program
  .command('demo')
  .description('start everything on free ports, run one real job of each kind, show them, stop')
  .action(async () => process.exit(await runDemo(readConfig(process.env))));

program.addCommand(manageModels(readConfig(process.env)));

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
