import { checkGeneration, type GenerationOptions } from '@tessera/contracts';
import { checkJson, invalid, type TextLimits } from './text-limits.ts';

/** Options of a generation, and what has no effect among them. */
export interface ReadGeneration {
  readonly options: GenerationOptions;
  readonly warnings: string[];
}

/**
 * Parses generation options before a job is accepted. Throws INPUT_INVALID naming the option, which `fieldOf`
 * may word.
 */
export function readGeneration(
  given: Readonly<Record<string, unknown>>,
  limits: TextLimits,
  fieldOf: (option: string) => string = (option) => `options.${option}`,
): ReadGeneration {
  for (const [name, value] of Object.entries(given)) checkJson(value, fieldOf(name), limits);
  const { options, problems, warnings } = checkGeneration(given);
  const [first] = problems;
  if (first) throw invalid(fieldOf(first.option).slice(0, 200), first.problem);
  return { options, warnings };
}
