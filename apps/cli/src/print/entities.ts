/** A named piece of a text; places in code points, [start, end). */
export interface Entity {
  readonly label: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Tokens joined to entities as their tags say: "B-" begins one, "I-" of the same kind goes on, "O" is none;
 * plain labels go on while they stay the same. Special tokens and padding have empty offsets and are left
 * out.
 */
export function entitiesOf(
  text: string,
  tokens: readonly { readonly label: string; readonly offsets: readonly [number, number] }[],
): readonly Entity[] {
  const points = [...text];
  const found: { label: string; start: number; end: number }[] = [];
  /** Whether the last entity may go on. */
  let open = false;
  for (const { label, offsets } of tokens) {
    const [start, end] = offsets;
    if (start === end) continue;
    const kind = label.replace(/^[BI]-/, '');
    const last = open ? found.at(-1) : undefined;
    if (last && last.label === kind && !label.startsWith('B-')) last.end = end;
    else if (label !== 'O') found.push({ label: kind, start, end });
    open = label !== 'O';
  }
  return found.map((one) => ({ ...one, text: points.slice(one.start, one.end).join('') }));
}
