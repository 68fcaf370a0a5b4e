import { checkGeneration } from '@tessera/contracts';
import { checkJson, invalid, type TextLimits } from './text-limits.ts';

/**
 * Checks generation options before a job is accepted; returns what has no effect. Throws INPUT_INVALID naming the option, under
 * the name that `fieldOf` gives it in this dialect.
 */
export function checkGenerationOptions(
  options: Readonly<Record<string, unknown>>,
  limits: TextLimits,
  fieldOf: (option: string) => string,
): readonly string[] {
  for (const [name, value] of Object.entries(options)) checkJson(value, fieldOf(name), limits);
  const { problems, warnings } = checkGeneration(options);
  const first = problems[0];
  if (first) throw invalid(fieldOf(first.option).slice(0, 200), first.problem);
  return warnings;
}
