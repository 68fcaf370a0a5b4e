import { AppError } from '@tessera/base';
import type { JobPayload, NamedTensors } from '@tessera/contracts';
import type { ModelRuntime, OutputName, RowOutputs } from '@tessera/serving';
import { stack } from '../arithmetic/stack.ts';

type Wishes = Pick<JobPayload, 'outputAttentions' | 'outputHiddenStates'>;

const wishNames = [
  ['outputAttentions', 'attentions'],
  ['outputHiddenStates', 'hidden_states'],
] as const satisfies readonly (readonly [keyof Wishes, OutputName])[];

/**
 * The extra outputs that the caller asked for. Throws OUTPUT_UNAVAILABLE naming the option when the model has
 * none.
 */
export function extraOutputs(runtime: ModelRuntime, wishes: Wishes): OutputName[] {
  return wishNames.flatMap(([wish, output]) => {
    if (!wishes[wish]) return [];
    requireOutput(runtime, output, wish);
    return [output];
  });
}

export function requireOutput(runtime: ModelRuntime, output: OutputName, field: string): void {
  if (runtime.description.outputs.includes(output)) return;
  throw new AppError('OUTPUT_UNAVAILABLE', {
    detail: {
      field,
      output,
      hint: `It gives ${runtime.description.outputs.join(', ')}.`,
    },
  });
}

/**
 * Joins the lists `attentions.N` and `hidden_states.N` of B rows into [B, ...]. A model of choices answers in
 * its first row for all of them, with the axis of the choices in place already.
 */
export function joinExtras(rows: readonly RowOutputs[], extras: readonly OutputName[]): NamedTensors {
  const joined: Record<string, NamedTensors[string]> = {};
  const first = rows[0] ?? {};
  for (const name of Object.keys(first)) {
    if (!extras.some((extra) => name.startsWith(`${extra}.`))) continue;
    const parts = rows.flatMap((row) => row[name] ?? []);
    joined[name] = parts.length === rows.length ? stack(parts) : first[name]!;
  }
  return joined;
}
