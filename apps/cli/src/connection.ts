import { createClient, type TesseraClient } from '@tessera/client';
import type { Command } from 'commander';
import type { Terminal } from './terminal.ts';

/** What every command gets. */
export interface Session {
  readonly client: TesseraClient;
  readonly server: string;
  readonly terminal: Terminal;
  /** JSON instead of what a person reads. */
  readonly json: boolean;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Gives a command its session when it runs. */
export type WithSession = (command: Command) => Session;

interface GlobalOptions {
  readonly server?: string;
  readonly key?: string;
  readonly json?: boolean;
}

/**
 * Server and key from the options, else from TESSERA_SERVER and TESSERA_API_KEY, else the open server of this
 * machine.
 */
export function openSession(command: Command, terminal: Terminal, signal: AbortSignal): Session {
  const options = command.optsWithGlobals<GlobalOptions>();
  const server = (
    options.server ??
    terminal.env['TESSERA_SERVER'] ??
    `http://127.0.0.1:${terminal.env['PORT'] || 8000}`
  ).replace(/\/+$/, '');
  const key = options.key ?? terminal.env['TESSERA_API_KEY'];
  const client = createClient({ baseUrl: server, ...(key ? { key } : {}) });
  return { client, server, terminal, json: options.json ?? false, signal };
}
