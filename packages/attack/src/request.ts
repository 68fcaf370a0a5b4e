import type { AttackOptions, JsonObject } from '@tessera/contracts';
import type { Unit } from './context.ts';

export interface AttackRequest {
  readonly options: AttackOptions;
  readonly units: readonly [Unit, ...Unit[]];
}

export interface AttackResult {
  /**
   * What the reply's predictions are of: the first input as it was, then one unit per step
   * (docs/square-wire.md#attack-requests, #attack-replies).
   */
  readonly rows: readonly Unit[];
  readonly questions: readonly string[];
  readonly contexts: readonly string[];
  readonly adversarial: JsonObject;
  /** Input reduction in SQuARE's reply explains every row with this method; null otherwise. */
  readonly explainRowsBy: AttackOptions['saliency_method'] | null;
  readonly warnings: readonly string[];
}
