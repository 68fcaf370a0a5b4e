import type { NamedTensors } from '@tessera/contracts';
import type { ForwardRow, Meter } from './meter.ts';
import type { Subject } from './subject.ts';
import { outputsOf, scalarOf } from './target.ts';

/** F of the subject's row with other word embeddings [T, H]. Runs even when the budget is spent. */
export async function scalarAt(subject: Subject, values: Float32Array, meter: Meter): Promise<number> {
  const [outputs] = await outputsAt(subject, [{ ...subject.input, values }], { meter, required: true });
  return scalarOf(subject.target, outputs!);
}

/** The outputs that the subject's target reads, of other rows; a prefix of them when the budget ends. */
export function outputsAt(
  subject: Subject,
  rows: readonly ForwardRow[],
  { meter, required = false }: { readonly meter: Meter; readonly required?: boolean },
): Promise<readonly NamedTensors[]> {
  return meter.forward(rows, {
    outputs: outputsOf(subject.target),
    asChoices: subject.asChoices,
    required,
  });
}
