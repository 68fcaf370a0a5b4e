import { type JsonFields, readJsonIfThere } from '../model-files.ts';

/**
 * Names of the file with max_seq_length and do_lower_case, newest first; the others are those of early
 * releases.
 */
export const sentenceConfigNames = [
  'bert',
  'roberta',
  'distilbert',
  'camembert',
  'albert',
  'xlm-roberta',
  'xlnet',
].map((name) => `sentence_${name}_config.json`);

/** The first of {@link sentenceConfigNames} that is there. Throws MODEL_LOAD_FAILED. */
export async function readSentenceConfig(folder: string, model: string): Promise<JsonFields | null> {
  for (const name of sentenceConfigNames) {
    const found = await readJsonIfThere(folder, name, model);
    if (found) return found;
  }
  return null;
}

/** What config_sentence_transformers.json says that changes numbers. */
export interface SentenceSettings {
  readonly prompts: Readonly<Record<string, string>>;
  readonly defaultPrompt: string | null;
  readonly dimensions: number | null;
  readonly warnings: readonly string[];
}

/** Throws MODEL_LOAD_FAILED when the file is no JSON object. */
export async function readSettings(folder: string, model: string): Promise<SentenceSettings> {
  const file = 'config_sentence_transformers.json';
  const config = (await readJsonIfThere(folder, file, model)) ?? {};
  const warnings: string[] = [];
  const given = config['prompts'];
  const prompts =
    typeof given === 'object' && given !== null
      ? Object.fromEntries(Object.entries(given).filter(([, prompt]) => typeof prompt === 'string'))
      : {};
  const name = config['default_prompt_name'];
  const isKnown = typeof name === 'string' && Object.hasOwn(prompts, name);
  if (typeof name === 'string' && !isKnown)
    warnings.push(`${file} has the default prompt "${name}" and no such prompt; none is used`);
  const dimensions = config['truncate_dim'];
  return {
    prompts: prompts as Record<string, string>,
    defaultPrompt: isKnown ? name : null,
    dimensions: typeof dimensions === 'number' && dimensions >= 1 ? dimensions : null,
    warnings,
  };
}
