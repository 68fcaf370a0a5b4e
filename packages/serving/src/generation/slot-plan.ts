import type { SlotSource } from '../session/slot-store.ts';
import type { Entry } from './members.ts';

/** What a slot holds: positions of a text, and what the encoder read for the job that owns it. */
export interface Slot {
  readonly length: number;
  readonly owner: Entry;
}

/** What the stores of an engine hold between two runs. */
export interface SlotPlan {
  readonly slots: readonly Slot[];
  /** Positions that every slot has room for: of the text, and of what the encoder read. */
  readonly positions: number;
  readonly encodedPositions: number;
}

export const emptyPlan: SlotPlan = { slots: [], positions: 0, encodedPositions: 0 };

/** A row that takes a step: the slot that holds its text so far, and how long that is. */
export interface PlannedRow extends Slot {
  readonly slot: number;
}

/** How the stores are arranged for a step, and what they hold after it. */
export interface PlannedStep<Row> {
  /** Where each row goes. */
  readonly places: readonly number[];
  readonly bySlot: readonly Row[];
  readonly text: readonly SlotSource[];
  readonly encoded: readonly SlotSource[];
  readonly next: SlotPlan;
}

/** A step of all rows under way: each gets one position more. */
export function planStep<Row extends PlannedRow>(
  plan: SlotPlan,
  rows: readonly Row[],
  encodedLength: (owner: Entry) => number,
): PlannedStep<Row> {
  const places = assignSlots(rows.map(({ slot }) => slot));
  const bySlot: Row[] = [];
  rows.forEach((row, at) => {
    bySlot[places[at]!] = row;
  });
  const text = bySlot.map(({ slot, length }) => ({ from: slot, length }));
  const encoded = bySlot.map(({ slot, owner }, own) => ({
    // All rows of a job look at the same prompt: one that lies in the slot already may stay.
    from: plan.slots[own]?.owner === owner ? own : slot,
    length: encodedLength(owner),
  }));
  const next = {
    slots: bySlot.map(({ length, owner }) => ({ length: length + 1, owner })),
    positions: roomFor(longestOf(text) + 1, plan.positions),
    encodedPositions: roomFor(longestOf(encoded), plan.encodedPositions),
  };
  return { places, bySlot, text, encoded, next };
}

/** The plan with new slots behind the others. */
export function planStart(plan: SlotPlan, added: readonly Slot[], encodedLength: number): SlotPlan {
  const room = (needed: number, present: number): number => Math.max(present, roomFor(needed, present));
  return {
    slots: [...plan.slots, ...added],
    positions: room(longestOf(added) + 1, plan.positions),
    encodedPositions:
      encodedLength === 0 ? plan.encodedPositions : room(encodedLength, plan.encodedPositions),
  };
}

function longestOf(lengths: readonly { readonly length: number }[]): number {
  return lengths.reduce((longest, { length }) => Math.max(longest, length), 0);
}

/** Slots are made longer by so many positions at a time. */
const STRETCH = 16;

/** More than this many positions too many are given back. */
const SLACK = 64;

/**
 * Positions to have where `needed` are needed and `present` are there: what is there, unless it is too few or
 * far too many.
 */
export function roomFor(needed: number, present: number): number {
  if (present >= needed && present <= needed + SLACK) return present;
  return Math.ceil(needed / STRETCH) * STRETCH;
}

/**
 * Slots 0 … n−1 for n rows whose texts lie in the slots `from`. A row stays where it lies if it can: the
 * first that continues a slot keeps it, the others take slots that are free.
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
