import type { NewKey } from '@tessera/contracts';
import { Command } from 'commander';
import type { WithSession } from '../connection.ts';
import { wholeNumber } from '../input/options.ts';
import { table } from '../print/table.ts';

interface CreateFlags {
  readonly role: NonNullable<NewKey['role']>;
  readonly perMinute?: number;
}

/** `tessera keys create | list | revoke`, for administrators. */
export function keysCommand(withSession: WithSession): Command {
  const keys = new Command('keys').description('who may use the server');
  keys
    .command('create <name>')
    .description('make a key; its secret is shown once')
    .option('--role <role>', 'reader, caller or admin', 'caller')
    .option('--per-minute <requests>', 'requests per minute at the most', wholeNumber(1))
    .action(async (name: string, { role, perMinute }: CreateFlags, command: Command) => {
      const { client, terminal, json } = withSession(command);
      const key = await client.keys.create({ name, role, requestsPerMinute: perMinute ?? null });
      terminal.stdout.write(json ? `${JSON.stringify(key, null, 2)}\n` : `${key.secret}\n`);
      if (!json) terminal.stderr.write(`Key ${key.id} (${key.role}); the line above is shown only now.\n`);
    });
  keys
    .command('list')
    .description('every key, without its secret')
    .action(async (_: unknown, command: Command) => {
      const { client, terminal, json } = withSession(command);
      const found = await client.keys.list();
      if (json) return void terminal.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      const rows = found.map((key) => [
        key.id,
        key.name,
        key.role,
        key.createdAt.slice(0, 10),
        key.revokedAt ? `revoked ${key.revokedAt.slice(0, 10)}` : 'valid',
      ]);
      terminal.stdout.write(
        rows.length === 0
          ? 'No keys: the server is open.\n'
          : table(['id', 'name', 'role', 'created', 'state'], rows),
      );
    });
  keys
    .command('revoke <id>')
    .description('end a key at once')
    .action(async (id: string, _: unknown, command: Command) => {
      const { client, terminal, json } = withSession(command);
      await client.keys.revoke(id);
      terminal.stdout.write(json ? `${JSON.stringify({ id, revoked: true })}\n` : `${id} is revoked.\n`);
    });
  return keys;
}
