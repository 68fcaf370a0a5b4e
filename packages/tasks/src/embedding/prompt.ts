import { AppError } from '@tessera/base';
import type { EmbeddingOptions, TextInput } from '@tessera/contracts';
import type { SentenceTransformerPipeline, Tokenizer } from '@tessera/serving';

/**
 * The text in front of every input: the request's own, the folder's prompt of the name it gives, else the
 * folder's prompt `fallback`. Throws INPUT_INVALID for a name that the folder does not have.
 */
export function promptOf(
  { prompt, promptName }: Pick<EmbeddingOptions, 'prompt' | 'promptName'>,
  pipeline: SentenceTransformerPipeline | null,
  fallback: string | null,
): string {
  // A job that an older gateway stored has none of these options.
  if (typeof prompt === 'string') return prompt;
  const prompts = pipeline?.prompts ?? {};
  const name = promptName ?? fallback;
  if (name === null) return '';
  if (Object.hasOwn(prompts, name)) return prompts[name]!;
  const known = Object.keys(prompts);
  throw new AppError('INPUT_INVALID', {
    detail: {
      field: 'options.promptName',
      problem: `this model has no prompt "${name}"; ${known.length > 0 ? `it has ${known.join(', ')}` : 'it has none, give the text as prompt'}`,
    },
  });
}

/** Inputs with a prompt in front; of a pair, in front of the first text. */
export function withPrompt(input: readonly TextInput[], prompt: string): TextInput[] {
  return input.map((text) => (typeof text === 'string' ? prompt + text : [prompt + text[0], text[1]]));
}

/**
 * Tokens at the front of a row that belong to the prompt: those of the prompt alone, without the special
 * token at its end, as sentence-transformers counts them. Zero where no pooling leaves the prompt out.
 */
export async function countPromptTokens(
  tokenizer: Tokenizer,
  { steps }: SentenceTransformerPipeline,
  prompt: string,
): Promise<number> {
  const matters = steps.some((step) => step.kind === 'pooling' && !step.includePrompt);
  if (prompt === '' || !matters) return 0;
  const [encoding] = await tokenizer.encode(prompt, {
    maxLength: tokenizer.maxLength,
    truncation: 'only-first',
    addSpecialTokens: true,
    stride: null,
  });
  const { length } = encoding!.inputIds;
  return encoding!.specialTokensMask[length - 1] === 1 ? length - 1 : length;
}
