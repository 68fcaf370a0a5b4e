import type { AttackReport, NamedTensors, ResultFields, Tensor, WordAttackReport } from '@tessera/contracts';

interface Result {
  readonly fields: ResultFields;
  readonly tensors: NamedTensors;
  readonly warnings: readonly string[];
}

/** The option that says how far SQuARE's slider of a method runs. */
const sliders: Readonly<
  Partial<Record<AttackReport['method'], 'max_flips' | 'max_reductions' | 'max_tokens'>>
> = {
  hotflip: 'max_flips',
  input_reduction: 'max_reductions',
  topk_tokens: 'max_tokens',
};

function sliderEnd({ method, options }: WordAttackReport): number {
  const option = sliders[method];
  return option ? (options[option] ?? 0) : 0;
}

/**
 * Texts and indices of an attack's path, as far as the slider runs; topk_tokens shows its indices as they
 * are.
 */
export function stretched(
  report: WordAttackReport,
): Pick<WordAttackReport['inputs'][number], 'texts' | 'indices'> {
  const { texts, indices } = report.inputs[0]!;
  const end = sliderEnd(report);
  return {
    texts: lengthened(texts, end + 1),
    indices: report.method === 'topk_tokens' ? indices : lengthened(indices, end),
  };
}

/**
 * SQuARE's sliders run to max_flips, max_reductions and max_tokens and read the row of that number: the last
 * row of an attack's predictions is repeated up to there (docs/square-wire.md#attack-replies), with its
 * explanation and what is said of it.
 */
export function padSliders(result: Result): Result {
  const { fields } = result;
  if ('evaluation' in fields || !fields.attack || !('inputs' in fields.attack)) return result;
  const rows = fields.attack.inputs[0]!.texts.length;
  const wanted = sliderEnd(fields.attack) + 1;
  if (wanted <= rows) return result;
  const { explanation } = fields;
  return {
    fields: {
      ...fields,
      ...('answers' in fields && { answers: lengthened(fields.answers, wanted) }),
      ...('labels' in fields && { labels: lengthened<unknown>(fields.labels, wanted) }),
      ...(explanation && {
        explanation: { ...explanation, instances: lengthened(explanation.instances, wanted) },
      }),
    } as ResultFields,
    tensors: Object.fromEntries(
      Object.entries(result.tensors).map(([name, tensor]) => [name, moreRows(tensor, wanted)]),
    ),
    warnings: repeated(result.warnings, rows - 1, wanted),
  };
}

/** A list whose last member is repeated up to a length; an empty list stays empty. */
function lengthened<T>(list: readonly T[], length: number): readonly T[] {
  if (list.length === 0) return list;
  return [...list, ...new Array<T>(Math.max(0, length - list.length)).fill(list.at(-1)!)];
}

/** A tensor whose last row is repeated up to a number of rows. */
function moreRows({ dtype, shape, data }: Tensor, rows: number): Tensor {
  const width = data.length / shape[0]!;
  const grown = new (data.constructor as new (length: number) => typeof data)(rows * width);
  grown.set(data as never);
  for (let row = shape[0]!; row < rows; row += 1)
    grown.set(data.subarray(data.length - width) as never, row * width);
  return { dtype, shape: [rows, ...shape.slice(1)], data: grown };
}

/** What is said of the last row is said of those that repeat it. */
function repeated(warnings: readonly string[], last: number, rows: number): readonly string[] {
  const start = `input.${last}: `;
  const own = warnings.filter((warning) => warning.startsWith(start));
  const at = warnings.indexOf(own[0]!) + own.length;
  if (own.length === 0) return warnings;
  const copies = Array.from({ length: rows - last - 1 }, (_, k) =>
    own.map((warning) => `input.${last + 1 + k}: ${warning.slice(start.length)}`),
  );
  return [...warnings.slice(0, at), ...copies.flat(), ...warnings.slice(at)];
}
