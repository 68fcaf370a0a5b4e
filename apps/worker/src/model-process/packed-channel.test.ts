import { expect, it } from 'vitest';
import { packedChannel } from './packed-channel.ts';

function recorded() {
  const packs: (readonly string[])[] = [];
  const written: (() => void)[] = [];
  const say = packedChannel<string>(
    (pack, sent) => {
      packs.push(pack);
      written.push(sent);
    },
    (text) => text.length * 1024 * 1024,
  );
  return { packs, written, say };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('sends what one turn says as one pack, in order, and the next turn in another', async () => {
  const { packs, say } = recorded();
  void say('a');
  await Promise.resolve();
  void say('b');
  expect(packs).toEqual([]);
  await turn();
  void say('c');
  await turn();
  expect(packs).toEqual([['a', 'b'], ['c']]);
});

it('closes a pack that grows too large, and sends a larger message alone', async () => {
  const { packs, say } = recorded();
  for (const text of ['aa', 'bb', 'cc', 'dddddd', 'e']) void say(text);
  await turn();
  expect(packs).toEqual([['aa', 'bb'], ['cc'], ['dddddd'], ['e']]);
});

it('tells each speaker when its bytes are in the pipe', async () => {
  const { written, say } = recorded();
  const heard: string[] = [];
  void say('a').then(() => heard.push('a'));
  void say('bbbb').then(() => heard.push('bbbb'));
  await turn();
  expect(heard).toEqual([]);
  written[0]!();
  await turn();
  expect(heard).toEqual(['a']);
});
