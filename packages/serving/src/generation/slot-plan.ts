/** Slots are made longer by so many positions at a time. */
const STRETCH = 16;

/** More than this many positions too many are given back. */
const SLACK = 64;

/** Positions to have where `needed` are needed and `present` are there: what is there, unless it is too few or far too many. */
export function roomFor(needed: number, present: number): number {
  if (present >= needed && present <= needed + SLACK) return present;
  return Math.ceil(needed / STRETCH) * STRETCH;
}

/**
 * Slots 0 … n−1 for n rows whose texts lie in the slots `from`. A row stays where it lies if it can: the first that continues a
 * slot keeps it, the others take slots that are free.
 */
export function assignSlots(from: readonly number[]): number[] {
  const taken = new Set<number>();
  const slots = from.map((slot) => {
    if (slot >= from.length || taken.has(slot)) return -1;
    taken.add(slot);
    return slot;
  });
  let free = 0;
  return slots.map((slot) => {
    if (slot >= 0) return slot;
    while (taken.has(free)) free++;
    taken.add(free);
    return free;
  });
}
