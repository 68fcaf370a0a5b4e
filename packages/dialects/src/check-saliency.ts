import { AppError } from '@tessera/base';
import {
  attackCatalogue,
  type Capability,
  explainCatalogue,
  type ModelEntry,
  parseAttackOptions,
  parseExplainOptions,
} from '@tessera/contracts';
import { invalid } from './text-limits.ts';

type Options = Readonly<Record<string, unknown>>;

/**
 * Checks the options of an explanation before a job is accepted, against the explainers' own table. Returns the options the
 * table does not know. Throws INPUT_INVALID, and CAPABILITY_MISSING when a loaded model lacks what the method needs.
 */
export function checkExplain(options: Options, model: ModelEntry, field: string): readonly string[] {
  const { options: parsed, unknown } = parseExplainOptions(options, field);
  checkNeeds(explainCatalogue[parsed.method].needs, {
    model,
    field: `${field}.method`,
    method: parsed.method,
  });
  return unknown;
}

/** As {@link checkExplain}, for an attack and the saliency method that orders its words. */
export function checkAttack(options: Options, model: ModelEntry, field: string): readonly string[] {
  const { options: parsed, unknown } = parseAttackOptions(options, field);
  const { method, saliency_method: saliency } = parsed;
  checkNeeds(attackCatalogue[method].needs, { model, field: `${field}.method`, method });
  // The words of the model process for the same mistakes, told before anything is queued.
  if ((method === 'bae' || method === 'bert_attack') && parsed.fill_mask_model === undefined)
    throw invalid(
      `${field}.fill_mask_model`,
      'this method needs the name of a deployed masked-language model here',
    );
  if (parsed.min_similarity !== undefined && parsed.similarity_model === undefined)
    throw invalid(
      `${field}.similarity_model`,
      'min_similarity needs the name of a deployed embedding model here',
    );
  if (saliency)
    checkNeeds(explainCatalogue[saliency].needs, {
      model,
      field: `${field}.saliency_method`,
      method: saliency,
    });
  return unknown;
}

function checkNeeds(
  needs: readonly Capability[],
  asked: { readonly model: ModelEntry; readonly field: string; readonly method: string },
): void {
  const { capabilities, identifier } = asked.model;
  // An empty list means that no host has loaded the model yet; then the model process decides.
  const missing = capabilities.length === 0 ? undefined : needs.find((need) => !capabilities.includes(need));
  if (missing)
    throw new AppError('CAPABILITY_MISSING', {
      detail: {
        field: asked.field,
        model: identifier,
        capability: missing,
        hint: `The method ${asked.method} needs it; choose another.`,
      },
    });
}
