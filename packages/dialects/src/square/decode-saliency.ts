import type { JobRequest, ModelEntry, TaskName } from '@tessera/contracts';
import { checkAttack, checkExplain } from '../check-saliency.ts';
import { type FeatureTable, requireFeature } from '../features.ts';
import { checkJson, invalid, type TextLimits } from '../text-limits.ts';
import type { JsonRecord } from './coerce.ts';
import { shownKey } from './kwargs.ts';

const explained: ReadonlySet<TaskName> = new Set(['sequence-classification', 'question-answering']);

interface SaliencyContext {
  readonly model: ModelEntry;
  readonly task: TaskName;
  readonly features: FeatureTable;
  readonly limits: TextLimits;
}

export interface Saliency {
  readonly kind: JobRequest['kind'];
  readonly explain: Record<string, unknown> | null;
  readonly attack: Record<string, unknown> | null;
  readonly warnings: readonly string[];
}

/**
 * `explain_kwargs` and `attack_kwargs`: an empty object asks for nothing. They are ignored for the other tasks, as in SQuARE
 * (contract-square §4.1), and the caller is told. The options travel under their own names.
 */
export function decodeSaliency(
  kwargs: { readonly explain: JsonRecord; readonly attack: JsonRecord },
  context: SaliencyContext,
): Saliency {
  const explain = read(kwargs.explain, 'explain', context);
  const attack = read(kwargs.attack, 'attack', context);
  const warnings = [...explain.warnings, ...attack.warnings];
  const kind = attack.options ? 'attack' : explain.options ? 'explain' : 'predict';
  return { kind, explain: explain.options, attack: attack.options, warnings };
}

function read(
  record: JsonRecord,
  feature: 'explain' | 'attack',
  { model, task, features, limits }: SaliencyContext,
): { readonly options: Record<string, unknown> | null; readonly warnings: readonly string[] } {
  if (Object.keys(record).length === 0) return { options: null, warnings: [] };
  const name = `${feature}_kwargs`;
  if (!explained.has(task)) return { options: null, warnings: [`${name} has no effect on ${task}`] };
  requireFeature(features, feature, feature);
  checkJson(record, feature, limits);
  if (record.method === undefined)
    throw invalid(`${feature}.method`, 'field required', 'value_error.missing');
  const check = feature === 'explain' ? checkExplain : checkAttack;
  const unknown = check(record, model, feature);
  const warnings = unknown.map((key) => `${name}.${shownKey(key)} is not an option and was ignored`);
  return { options: { ...record }, warnings };
}
