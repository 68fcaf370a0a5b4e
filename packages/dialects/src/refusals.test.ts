import { readFileSync } from 'node:fs';
import { AppError } from '@tessera/base';
import { expect, it } from 'vitest';
import { decodeSubmission, parseSubmission } from './native/decode-task.ts';
import { encodeProblem } from './native/problem.ts';
import { decodePrediction } from './square/decode-prediction.ts';
import { encodeError } from './square/encode-error.ts';
import { everyFeature, modelEntry } from './testing/model-entry.ts';
import { everyOption, type OptionCase } from './testing/wrong-options.ts';
import { defaultTextLimits } from './text-limits.ts';

const common = { model: modelEntry(), features: everyFeature, limits: defaultTextLimits, caller: 'local' };

/** SQuARE's replies as they were before fields became paths of the payload. */
const recording = new URL('./testing/square-refusals.json', import.meta.url);

function squareReply({ task, square }: OptionCase): unknown {
  const reply = refused(() => decodePrediction(square, { ...common, task }), encodeError);
  return reply?.body.kind === 'json' ? (reply.body.value as { detail: unknown }).detail : null;
}

function nativeReply({ native }: OptionCase): Readonly<Record<string, unknown>> | null {
  const decode = (): unknown =>
    decodeSubmission(parseSubmission({ model: 'owner/model', ...native }), {
      ...common,
      idempotencyKey: null,
    });
  const reply = refused(decode, (error) => encodeProblem(error, 'id'));
  return reply && JSON.parse((reply.body as { value: string }).value);
}

function refused<R>(decode: () => unknown, encode: (error: AppError) => R): R | null {
  try {
    decode();
    return null;
  } catch (error) {
    if (error instanceof AppError) return encode(error);
    throw error;
  }
}

const nameOf = ({ task, path, value }: OptionCase): string => `${task} ${path} ${JSON.stringify(value)}`;

it('refuses every wrong option in the words of SQuARE, to the byte', () => {
  const recorded: Readonly<Record<string, string>> = Object.fromEntries(
    JSON.parse(readFileSync(recording, 'utf8')),
  );
  const optionOf = (name: string): string => name.split(' ').slice(0, 2).join(' ');
  const known = new Set(Object.keys(recorded).map(optionOf));
  const replies = everyOption().flatMap((one) => {
    const reply = squareReply(one);
    return reply ? [{ name: nameOf(one), text: JSON.stringify(reply) }] : [];
  });
  for (const { name, text } of replies) expect(text, name).toContain('"loc":["body",');
  // Options that came after the recording have no reply in it.
  const old = replies.filter(({ name }) => known.has(optionOf(name)));
  expect(Object.fromEntries(old.map(({ name, text }) => [name, text]))).toEqual(recorded);
});

it('refuses every wrong option in the words it was sent in, to a caller of the native API', () => {
  const refusals = everyOption().flatMap((one) => {
    const problem = nativeReply(one);
    return problem ? [{ one, problem }] : [];
  });
  expect(refusals.length).toBeGreaterThan(400);
  for (const { one, problem } of refusals) {
    // The one option that asks for another: min_similarity wants a similarity_model.
    const path = one.path === 'attack.min_similarity' && one.value !== 'x' ? 'attack' : one.path;
    expect(`${problem['field']}.`.startsWith(`${path}.`), `${nameOf(one)}: ${problem['field']}`).toBe(true);
    expect(JSON.stringify(problem)).not.toContain('_kwargs');
  }
});
