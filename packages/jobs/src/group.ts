import { type Clock, LateError, within } from '@tessera/base';

/**
 * Turns many concurrent calls into few: `run` gets every item that arrived while the last run was under way.
 */
export type Group<Item, Answer> = (item: Item) => Promise<Answer>;

export interface GroupOptions<Item> {
  /** Runs at once. One keeps groups large, two hide the round trip. */
  readonly parallel: number;
  readonly maxItems: number;
  /** With maxWeight, groups also end when their weight (bytes) would pass it. */
  readonly weigh?: (item: Item) => number;
  readonly maxWeight?: number;
  /** A call that has no answer by then rejects, and a run that has none makes room for the next. */
  readonly limit?: GroupLimit;
}

/** How long a call may take from its arrival, waiting for the runs before it included. */
export interface GroupLimit {
  readonly clock: Clock;
  readonly ms: number;
  /** What late calls reject with. */
  readonly late: () => Error;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Groups calls without any delay: a call that finds a free place runs at the end of the current tick, others
 * wait for the run before them. `run` answers in the order of its items; when it rejects, each call of the
 * group rejects.
 */
export function group<Item, Answer>(
  run: (items: readonly Item[]) => Promise<readonly Answer[]>,
  options: GroupOptions<Item>,
): Group<Item, Answer> {
  const waiting: Waiting<Item, Answer>[] = [];
  let underWay = 0;
  let scheduled = false;

  function schedule(): void {
    if (scheduled || underWay >= options.parallel || waiting.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      start();
    });
  }

  function start(): void {
    const members = take();
    if (members.length === 0) return;
    underWay++;
    bounded(run(members.map((member) => member.item)))
      .then(
        (answers) => {
          members.forEach((member, i) => {
            member.resolve(answers[i] as Answer);
          });
        },
        (error: unknown) => {
          for (const member of members) member.reject(error);
        },
      )
      .finally(() => {
        underWay--;
        schedule();
      });
    schedule();
  }

  function take(): Waiting<Item, Answer>[] {
    const { maxItems, weigh, maxWeight = Number.POSITIVE_INFINITY } = options;
    let count = 0;
    let weight = 0;
    while (count < Math.min(waiting.length, maxItems)) {
      weight += weigh ? weigh(waiting[count]!.item) : 0;
      if (count > 0 && weight > maxWeight) break;
      count++;
    }
    return waiting.splice(0, count);
  }

  function bounded<T>(work: Promise<T>): Promise<T> {
    return options.limit ? within(options.limit.clock, options.limit.ms, work) : work;
  }

  return (item) => {
    const answer = new Promise<Answer>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
    });
    const call = waiting.at(-1)!;
    schedule();
    const { limit } = options;
    if (!limit) return answer;
    return bounded(answer).catch((error: unknown) => {
      // Late ones that nobody has taken yet are not run any more.
      const place = waiting.indexOf(call);
      if (place !== -1) waiting.splice(place, 1);
      throw error instanceof LateError ? limit.late() : error;
    });
  };
}
