import { Command } from 'commander';
import pc from 'picocolors';
import type { WithSession } from '../connection.ts';
import { table } from '../print/table.ts';

/** `tessera status`. */
export function statusCommand(withSession: WithSession): Command {
  return new Command('status')
    .description('health, queues and hosts')
    .action(async (_: unknown, command: Command) => {
      const { client, server, terminal, json } = withSession(command);
      const status = await client.status();
      if (json) return void terminal.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
      const { counts, hosts, health } = status;
      const mark = (state: string): string => (state === 'up' ? pc.green(state) : pc.red(state));
      const rows = hosts.map((host) => [
        host.host,
        host.alive ? pc.green('alive') : pc.red('gone'),
        `${Math.round(host.memoryBytes / 2 ** 20)} MiB`,
        host.models.map(({ identifier, state }) => `${identifier} (${state})`).join(', ') || '–',
      ]);
      terminal.stdout.write(
        [
          `${server}  database ${mark(health.database)}  queue ${mark(health.queue)}`,
          `${counts.queued} queued, ${counts.running} running`,
          '',
          rows.length === 0
            ? pc.red('No worker host serves.\n')
            : table(['host', 'state', 'memory', 'models'], rows, ['memory']),
        ].join('\n'),
      );
    });
}
