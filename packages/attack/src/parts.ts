import type { Outcome, Unit } from './context.ts';

/**
 * Which text of a unit's rows is the question and which the context; null when the unit has no such part that
 * all rows share.
 */
export interface UnitParts {
  readonly question: 0 | 1 | null;
  readonly context: 0 | 1 | null;
}

/**
 * SQuARE's orders (docs/square-wire.md#tasks): answers come from [question, context], classes and choices
 * from [context, question]; [question, choice] is told by a first text that ends in "?" before a second
 * without one. A lone text is the context. Of choices only what all rows share can be attacked.
 */
export function partsOf(unit: Unit, kind: Outcome['kind']): UnitParts {
  const [first] = unit;
  if (typeof first === 'string') return { question: null, context: 0 };
  if (kind === 'answer') return { question: 0, context: 1 };
  const questionFirst = first[0].trimEnd().endsWith('?') && !first[1].includes('?');
  const found = questionFirst
    ? ({ question: 0, context: 1 } as const)
    : ({ question: 1, context: 0 } as const);
  const shared = (part: 0 | 1): boolean =>
    unit.every((row) => typeof row !== 'string' && row[part] === first[part]);
  return {
    question: shared(found.question) ? found.question : null,
    context: shared(found.context) ? found.context : null,
  };
}
