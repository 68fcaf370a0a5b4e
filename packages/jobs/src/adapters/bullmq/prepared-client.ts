import { createHash } from 'node:crypto';
import type pg from 'pg';
import { TimedClient, type Timing } from '../postgres/timed-client.ts';

/**
 * BullMQ has some forty statements; beyond this many texts something writes values into them, and they are
 * sent as they are.
 */
const maxStatements = 200;
const names = new Map<string, string>();

/**
 * The name under which a connection keeps the plan of `text`; undefined when there are too many. BullMQ names
 * none of its statements, so that Postgres would parse and plan each of them anew, several times a job.
 */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= maxStatements) return known;
  const name = `bullmq-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  names.set(text, name);
  return name;
}

type AnyQuery = (...args: unknown[]) => unknown;

/** A client that prepares every statement with parameters once for each connection. */
export class PreparedClient extends TimedClient {
  constructor(config: pg.ClientConfig & { readonly timing: Timing }) {
    super(config);
    const send = this.query.bind(this) as AnyQuery;
    const query: AnyQuery = (text, values, ...rest) => {
      const name = typeof text === 'string' && Array.isArray(values) ? statementName(text) : undefined;
      return name === undefined ? send(text, values, ...rest) : send({ name, text, values }, ...rest);
    };
    this.query = query as typeof this.query;
  }
}
