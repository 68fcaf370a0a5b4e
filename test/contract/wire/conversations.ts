import { attacks } from './attacks.ts';
import { explanations } from './explanations.ts';
import { generation } from './generation.ts';
import { manager } from './manager.ts';
import { predictions } from './predictions.ts';
import { refused } from './refused.ts';
import type { WireCase } from './requests.ts';

/** The conversation, in the order in which it is held: one recording each. */
export const conversations: Readonly<Record<string, readonly WireCase[]>> = {
  predictions,
  generation,
  explanations,
  attacks,
  refused,
  manager,
};
