import type { Patience, Repeat } from './patience.ts';

/** For each verb of a port, whether it may be tried again; `local` verbs do not touch the database. */
export type Repeats<Port> = { readonly [Verb in keyof Port]: Repeat | 'local' };

type Verb = (...parameters: unknown[]) => Promise<unknown>;

/** The same port, whose verbs wait out a database that is away as far as `repeats` allows. */
export function patient<Port extends object>(port: Port, repeats: Repeats<Port>, patience: Patience): Port {
  const verbs = Object.entries<Repeat | 'local'>(repeats).map(([name, repeat]) => {
    const run: Verb = (...parameters) => (port[name as keyof Port] as Verb)(...parameters);
    if (repeat === 'local') return [name, run];
    const waiting: Verb = (...parameters) => patience.outwait(() => run(...parameters), repeat);
    return [name, waiting];
  });
  return Object.fromEntries(verbs) as Port;
}
