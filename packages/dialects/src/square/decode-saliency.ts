import { ignoredOption, type ModelEntry, type TaskName } from '@tessera/contracts';
import { type FeatureTable, requireFeature } from '../features.ts';
import { readSaliency, type Saliency } from '../read-saliency.ts';
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

/** What is to be looked into, and what the caller should know of its options. */
export interface DecodedSaliency extends Saliency {
  /** Said at once. */
  readonly warnings: readonly string[];
  /** Told with the result. */
  readonly ignored: string[];
}

/**
 * `explain_kwargs` and `attack_kwargs`: an empty object asks for nothing. They are ignored for the other
 * tasks, as in SQuARE (docs/square-wire.md#explain-requests), and the caller is told. The options have the
 * same names in a payload.
 */
export function decodeSaliency(
  kwargs: { readonly explain: JsonRecord; readonly attack: JsonRecord },
  context: SaliencyContext,
): DecodedSaliency {
  const warnings: string[] = [];
  const ignored: string[] = [];
  const asked = (feature: 'explain' | 'attack'): JsonRecord | null => {
    if (Object.keys(kwargs[feature]).length === 0) return null;
    if (explained.has(context.task)) return checked(kwargs[feature], feature, context);
    warnings.push(`${feature}_kwargs has no effect on ${context.task}`);
    return null;
  };
  const found = readSaliency(
    { explain: asked('explain'), attack: asked('attack') },
    {
      model: context.model,
      onUnknown(keys, at) {
        for (const key of keys) {
          warnings.push(`${at}_kwargs.${shownKey(key)} is not an option and was ignored`);
          ignored.push(ignoredOption(`${at}.${key}`));
        }
      },
    },
  );
  return { ...found, warnings, ignored };
}

function checked(
  record: JsonRecord,
  feature: 'explain' | 'attack',
  { features, limits }: SaliencyContext,
): JsonRecord {
  requireFeature(features, feature, feature);
  checkJson(record, feature, limits);
  if (record.method === undefined)
    throw invalid(`${feature}.method`, 'field required', 'value_error.missing');
  return record;
}
