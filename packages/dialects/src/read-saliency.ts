import { AppError } from '@tessera/base';
import {
  type AttackOptions,
  attackCatalogue,
  type Capability,
  type ExplainOptions,
  explainCatalogue,
  type JobRequest,
  type ModelEntry,
  parseAttackOptions,
  parseExplainOptions,
} from '@tessera/contracts';
import { invalid } from './text-limits.ts';

type Options = Readonly<Record<string, unknown>>;

/** What is to be looked into, parsed, as a payload has it. */
export interface Saliency {
  readonly kind: Extract<JobRequest['kind'], 'predict' | 'explain' | 'attack'>;
  readonly explain: ExplainOptions | null;
  readonly attack: AttackOptions | null;
}

/**
 * What the options are checked against, and what becomes of keys that are no options: a dialect's own choice.
 */
export interface SaliencyRules {
  readonly model: ModelEntry;
  onUnknown(keys: readonly string[], at: string): void;
}

/**
 * Parses what is to be looked into before a job is accepted; null asks for nothing. Where both are given the
 * method of the explanation orders the words of the attack (docs/square-wire.md#attack-requests). Throws
 * INPUT_INVALID, and CAPABILITY_MISSING when a loaded model lacks what the method needs.
 */
export function readSaliency(
  asked: { readonly explain: Options | null; readonly attack: Options | null },
  rules: SaliencyRules,
): Saliency {
  const explain = asked.explain && readExplain(asked.explain, 'explain', rules);
  const attack = asked.attack && readAttack(asked.attack, 'attack', rules);
  if (!attack) return { kind: explain ? 'explain' : 'predict', explain, attack };
  const ordered = explain ? { saliency_method: explain.method } : {};
  return { kind: 'attack', explain: null, attack: { ...attack, ...ordered } };
}

/** The options of an explanation at the path `at`, parsed and checked against the explainers' own table. */
export function readExplain(given: Options, at: string, { model, onUnknown }: SaliencyRules): ExplainOptions {
  const { options, unknown } = parseExplainOptions(given, at);
  const { method } = options;
  checkNeeds(explainCatalogue[method].needs, { model, field: `${at}.method`, method });
  if (unknown.length > 0) onUnknown(unknown, at);
  return options;
}

/** As {@link readExplain}, for an attack and the saliency method that orders its words. */
export function readAttack(given: Options, at: string, { model, onUnknown }: SaliencyRules): AttackOptions {
  const { options, unknown } = parseAttackOptions(given, at);
  const { method, saliency_method: saliency } = options;
  const { needs, wants } = attackCatalogue[method];
  checkNeeds(needs, { model, field: `${at}.method`, method });
  // The words of the model process for the same mistakes, told before anything is queued.
  if (wants && options[wants] === undefined)
    throw invalid(`${at}.${wants}`, 'this method needs the name of a deployed masked-language model here');
  if (options.min_similarity !== undefined && options.similarity_model === undefined)
    throw invalid(
      `${at}.similarity_model`,
      'min_similarity needs the name of a deployed embedding model here',
    );
  if (saliency)
    checkNeeds(explainCatalogue[saliency].needs, {
      model,
      field: `${at}.saliency_method`,
      method: saliency,
    });
  if (unknown.length > 0) onUnknown(unknown, at);
  return options;
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
