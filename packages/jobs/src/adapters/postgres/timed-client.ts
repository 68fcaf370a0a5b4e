import type { Socket } from 'node:net';
import { LateError } from '@tessera/base';
import pg from 'pg';

/** The time limits of connections to one database, and the connections that share them. */
export interface Timing {
  /** A connection on which no byte moves for so long while a statement runs is given up and destroyed. */
  readonly answerMs: number;
  readonly clients: Set<TimedClient>;
}

type AnyQuery = (...args: unknown[]) => unknown;

/**
 * A client that does not wait for ever. A fail-over or a NAT can swallow what is sent on established
 * connections while new ones work; without a limit every statement on such a connection hangs until TCP gives
 * up, a quarter of an hour later. When one connection is found silent, the idle ones beside it are suspects
 * and are dropped too, as are those whose statement may take long.
 */
export class TimedClient extends pg.Client {
  #underWay = 0;
  #limitMs = 0;
  #watched: Socket | null = null;
  readonly #timing: Timing;

  constructor(config: pg.ClientConfig & { readonly timing: Timing }) {
    super(config);
    this.#timing = config.timing;
    const { clients } = config.timing;
    clients.add(this);
    this.once('end', () => clients.delete(this));
    // Whoever has taken it out of the pool may not listen, and an 'error' nobody hears would end the process.
    this.on('error', () => {});
    const send = super.query.bind(this) as AnyQuery;
    const query: AnyQuery = (...args) => {
      const done = args.at(-1);
      this.#begin(limitOf(args[0]) ?? this.#timing.answerMs);
      if (typeof done === 'function') {
        const ended = (...answer: unknown[]): unknown => {
          this.#end();
          return done(...answer);
        };
        return send(...args.slice(0, -1), ended);
      }
      const answer = send(...args) as Promise<unknown>;
      answer.then(
        () => this.#end(),
        () => this.#end(),
      );
      return answer;
    };
    // An own property and not a method: pg's overloads cannot be written down a second time.
    this.query = query as typeof this.query;
  }

  /**
   * Whether silence on another connection makes this one a suspect: it would not notice its own, or not for
   * long.
   */
  get isSuspect(): boolean {
    return this.#underWay === 0 || this.#limitMs > this.#timing.answerMs;
  }

  /** Ends the connection without a farewell; what runs on it rejects with `why`. */
  drop(why: Error): void {
    this.#socket().destroy(why);
  }

  #begin(limitMs: number): void {
    this.#underWay++;
    const socket = this.#socket();
    if (this.#watched !== socket) {
      this.#watched = socket;
      socket.on('timeout', () => this.#onSilent());
    }
    this.#limitMs = limitMs;
    socket.setTimeout(limitMs);
  }

  #end(): void {
    if (--this.#underWay === 0) this.#watched?.setTimeout(0);
  }

  #onSilent(): void {
    if (this.#underWay === 0) return;
    const error = new LateError('the database did not answer on a connection');
    for (const client of this.#timing.clients) if (client === this || client.isSuspect) client.drop(error);
  }

  /** pg does not tell the types of it; under TLS it is another one than at first. */
  #socket(): Socket {
    return (this as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream;
  }
}

/** A statement that may rightly take longer says so itself. */
function limitOf(query: unknown): number | undefined {
  return (query as { readonly answerMs?: number } | null)?.answerMs;
}
