/** A name that a pickle asks to import; it is never imported here. */
export class PickleGlobal {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What a pickle of tensors may call, and how the data it points to is found. */
export interface PickleWorld {
  /** The result of calling a global. Throws for one that is not known. */
  call(global: PickleGlobal, args: readonly unknown[]): unknown;
  /** Resolves a persistent id. */
  persistent(id: unknown): unknown;
}

const mark = Symbol('mark');

/**
 * Runs one pickle (protocols 2 to 5) as far as files of plain tensors need it. A pickle is a program; this
 * machine knows no import and no call but those of `world`, so a hostile file can do nothing but fail.
 * Returns the value and where the next byte stands. Throws Error naming what it does not know.
 */
export function readPickle(
  bytes: Uint8Array,
  start: number,
  world: PickleWorld,
): { readonly value: unknown; readonly end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  let at = start;
  const text = (length: number): string => {
    at += length;
    return new TextDecoder().decode(bytes.subarray(at - length, at));
  };
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    const read = new TextDecoder().decode(bytes.subarray(at, end));
    at = end + 1;
    return read;
  };
  const u8 = (): number => bytes[at++]!;
  const u16 = (): number => view.getUint16((at += 2) - 2, true);
  const i32 = (): number => view.getInt32((at += 4) - 4, true);
  const u32 = (): number => view.getUint32((at += 4) - 4, true);
  const toMark = (): unknown[] => {
    const from = stack.lastIndexOf(mark);
    const items = stack.splice(from + 1);
    stack.pop();
    return items;
  };
  const top = (): unknown => stack.at(-1);
  const take = (count: number): unknown[] => stack.splice(stack.length - count, count);
  const setItems = (items: readonly unknown[]): void => {
    const map = top() as Map<unknown, unknown>;
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  };
  const long = (length: number): number => {
    let value = 0n;
    for (let i = 0; i < length; i++) value |= BigInt(bytes[at + i]!) << BigInt(8 * i);
    at += length;
    return Number(length > 0 ? BigInt.asIntN(8 * length, value) : 0n);
  };
  const global = (name: string): PickleGlobal => new PickleGlobal(name);
  const push = (value: unknown): void => void stack.push(value);
  const call = (): void => {
    const [callable, args] = take(2);
    if (!(callable instanceof PickleGlobal)) throw new Error('the pickle calls what is no function');
    push(world.call(callable, args as unknown[]));
  };

  const run: Readonly<Record<string, () => void>> = {
    '\x80': () => void u8(), // PROTO
    '\x95': () => void (at += 8), // FRAME
    '(': () => push(mark),
    '}': () => push(new Map()),
    ']': () => push([]),
    ')': () => push([]),
    t: () => push(toMark()),
    l: () => push(toMark()),
    '\x85': () => push(take(1)),
    '\x86': () => push(take(2)),
    '\x87': () => push(take(3)),
    N: () => push(null),
    '\x88': () => push(true),
    '\x89': () => push(false),
    K: () => push(u8()),
    M: () => push(u16()),
    J: () => push(i32()),
    '\x8a': () => push(long(u8())), // LONG1
    G: () => push(view.getFloat64((at += 8) - 8, false)),
    X: () => push(text(u32())), // BINUNICODE
    '\x8c': () => push(text(u8())), // SHORT_BINUNICODE
    U: () => push(text(u8())), // SHORT_BINSTRING, as Python 2 and old torch have it
    T: () => push(text(i32())),
    c: () => push(global(`${line()}.${line()}`)),
    '\x93': () => {
      const [module, name] = take(2);
      push(global(`${String(module)}.${String(name)}`));
    },
    q: () => void memo.set(u8(), top()),
    r: () => void memo.set(u32(), top()),
    '\x94': () => void memo.set(memo.size, top()), // MEMOIZE
    h: () => push(memo.get(u8())),
    j: () => push(memo.get(u32())),
    Q: () => push(world.persistent(stack.pop())),
    R: () => call(),
    '\x81': () => call(), // NEWOBJ
    s: () => setItems(take(2)),
    u: () => setItems(toMark()),
    a: () => {
      const [item] = take(1);
      (top() as unknown[]).push(item);
    },
    e: () => {
      const items = toMark();
      (top() as unknown[]).push(...items);
    },
    // BUILD sets attributes, which on a dictionary of tensors are notes for torch itself.
    b: () => void stack.pop(),
  };

  for (;;) {
    const code = String.fromCharCode(u8());
    if (code === '.') return { value: stack.pop(), end: at };
    const step = run[code];
    if (!step)
      throw new Error(
        `the pickle has the operation 0x${code.charCodeAt(0).toString(16)}, which is not known here`,
      );
    step();
  }
}
