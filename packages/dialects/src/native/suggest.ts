import { attackMethods, attackOptions, explainMethods, explainOptions, guessOf } from '@tessera/contracts';
import { invalid } from '../text-limits.ts';

/** Which names there are where, by the first word of a path: `explain`, `explain.0`, `attack`. */
const known = {
  explain: { methods: explainMethods as readonly string[], options: Object.keys(explainOptions.shape) },
  attack: { methods: attackMethods as readonly string[], options: Object.keys(attackOptions.shape) },
} as const;

const namesAt = (at: string) => known[at.startsWith('attack') ? 'attack' : 'explain'];

/** Refuses a method that there is not, with a guess and the list. The text begins as every dialect's does. */
export function checkMethod({ method }: Readonly<Record<string, unknown>>, at: string): void {
  const { methods } = namesAt(at);
  if (typeof method !== 'string' || methods.includes(method)) return;
  const kind = at.startsWith('attack') ? 'attack' : 'explanation';
  throw invalid(
    `${at}.method`,
    `Method not allowed. Please enter another ${kind} method.${guessOf(method, methods)} There are ${methods.join(', ')}.`,
  );
}

/** A misspelt option that is dropped in silence costs its caller an afternoon. */
export function refuseUnknown(keys: readonly string[], at: string): never {
  const { options } = namesAt(at);
  const unknown = keys.map((key) => key.slice(0, 60));
  throw invalid(
    at,
    `unknown options ${unknown.join(', ').slice(0, 200)};${guessOf(unknown[0]!, options)} There are ${options.join(', ')}.`,
  );
}
