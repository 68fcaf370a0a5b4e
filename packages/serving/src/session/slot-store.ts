/** A tensor whose rows live in slots: [slots, heads, positions, size]. */
export interface SlotSpec {
  readonly name: string;
  readonly heads: number;
  readonly size: number;
}

/** What a slot holds from now on: the first `length` positions of the slot `from`. */
export interface SlotSource {
  readonly from: number;
  readonly length: number;
}

/** New positions of a slot: `count` of them, from `at` on. */
export interface SlotWrite {
  readonly slot: number;
  readonly at: number;
  readonly count: number;
}

/**
 * Tensors that stay in the onnxruntime thread from step to step: keys and values by slot. Positions behind a
 * slot's own are never read, so nothing is cleared; a row that goes on stays where it lies, and nothing is
 * allocated while rows and positions fit.
 */
export class SlotStore {
  readonly specs: readonly SlotSpec[];
  readonly #blocks = new Map<string, Float32Array<ArrayBuffer>>();
  #slots = 0;
  #positions = 0;

  constructor(specs: readonly SlotSpec[]) {
    this.specs = specs;
    for (const { name } of specs) this.#blocks.set(name, new Float32Array(0));
  }

  get positions(): number {
    return this.#positions;
  }

  /** Gives slot i what `sources[i]` says, in room for `positions` positions. */
  arrange(sources: readonly SlotSource[], positions: number): void {
    if (positions !== this.#positions || sources.length > this.#slots) this.#rebuild(sources, positions);
    else this.#move(sources);
  }

  /** Slots [first, first + rows) of a tensor, [rows, heads, positions, size], as they lie. */
  view({ name, heads, size }: SlotSpec, first: number, rows: number): Float32Array<ArrayBuffer> {
    const slot = heads * this.#positions * size;
    return this.#blocks.get(name)!.subarray(first * slot, (first + rows) * slot);
  }

  /** Writes row i of [rows, heads, length, size] as `writes[i]` says; slots and positions must be there. */
  write({ name, heads, size }: SlotSpec, values: Float32Array, writes: readonly SlotWrite[]): void {
    const target = this.#blocks.get(name)!;
    const length = values.length / (writes.length * heads * size);
    writes.forEach(({ slot, at, count }, row) => {
      for (let head = 0; head < heads; head++) {
        const from = (row * heads + head) * length * size;
        const to = ((slot * heads + head) * this.#positions + at) * size;
        if (count === 1 && size <= 32) for (let i = 0; i < size; i++) target[to + i] = values[from + i]!;
        else target.set(values.subarray(from, from + count * size), to);
      }
    });
  }

  #rebuild(sources: readonly SlotSource[], positions: number): void {
    // Half as many again, so that joining rows do not each copy everything.
    const slots = sources.length > this.#slots ? Math.ceil(sources.length * 1.5) : this.#slots;
    for (const { name, heads, size } of this.specs) {
      const old = this.#blocks.get(name)!;
      const made = new Float32Array(slots * heads * positions * size);
      sources.forEach(({ from, length }, slot) => {
        for (let head = 0; head < heads; head++) {
          const start = (from * heads + head) * this.#positions * size;
          const to = (slot * heads + head) * positions * size;
          made.set(old.subarray(start, start + length * size), to);
        }
      });
      this.#blocks.set(name, made);
    }
    this.#slots = slots;
    this.#positions = positions;
  }

  /**
   * Moves in place: a slot is overwritten when nobody needs its old content any more; a circle goes by way of
   * a copy.
   */
  #move(sources: readonly SlotSource[]): void {
    const open = new Map<number, number>();
    const readers = new Map<number, number>();
    sources.forEach(({ from, length }, slot) => {
      if (from === slot || length === 0) return;
      open.set(slot, from);
      readers.set(from, (readers.get(from) ?? 0) + 1);
    });
    while (open.size > 0) {
      let moved = false;
      for (const [slot, from] of open) {
        if ((readers.get(slot) ?? 0) > 0) continue;
        this.#copySlot(from, slot);
        open.delete(slot);
        readers.set(from, readers.get(from)! - 1);
        moved = true;
      }
      if (!moved) this.#turn(open, readers);
    }
  }

  /** Only circles are left, in which every slot has one reader: turns one of them. */
  #turn(open: Map<number, number>, readers: Map<number, number>): void {
    const [first] = open.keys();
    const kept = this.specs.map((spec) => this.#slot(spec, first!).slice());
    let slot = first!;
    for (;;) {
      const from = open.get(slot)!;
      open.delete(slot);
      readers.set(from, readers.get(from)! - 1);
      if (from === first) break;
      this.#copySlot(from, slot);
      slot = from;
    }
    this.specs.forEach((spec, at) => this.#slot(spec, slot).set(kept[at]!));
  }

  #copySlot(from: number, to: number): void {
    for (const spec of this.specs) this.#slot(spec, to).set(this.#slot(spec, from));
  }

  #slot({ name, heads, size }: SlotSpec, slot: number): Float32Array {
    const length = heads * this.#positions * size;
    return this.#blocks.get(name)!.subarray(slot * length, (slot + 1) * length);
  }
}
