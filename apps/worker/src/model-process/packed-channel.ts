/** Bytes after which a pack is closed; a message that is larger alone goes alone. */
const maxPackBytes = 4 * 1024 * 1024;

/** Says one message; resolves when the bytes are in the pipe. */
export type Say<Message> = (message: Message) => Promise<void>;

/**
 * Puts everything that is said within one turn of the event loop into few messages of the channel, in order.
 * The members of a batch come and go together, and a message of its own for each costs a system call and a
 * wake-up on both sides; nothing waits for it, because a pack leaves as soon as the turn's promises have run.
 */
export function packedChannel<Message>(
  send: (pack: readonly Message[], sent: () => void) => void,
  bytesOf: (message: Message) => number,
): Say<Message> {
  let waiting: { readonly message: Message; readonly sent: () => void }[] = [];

  function flush(): void {
    const members = waiting;
    waiting = [];
    for (let start = 0, end = 0; start < members.length; start = end) {
      for (let bytes = 0; end < members.length; end++) {
        bytes += bytesOf(members[end]!.message);
        if (end > start && bytes > maxPackBytes) break;
      }
      const pack = members.slice(start, end);
      send(
        pack.map(({ message }) => message),
        () => {
          for (const { sent } of pack) sent();
        },
      );
    }
  }

  return (message) =>
    new Promise((sent) => {
      // After the promises of this turn: they are what says the rest.
      if (waiting.push({ message, sent }) === 1) process.nextTick(flush);
    });
}
