import { decodeNpy } from '@tessera/dialects';
import { http } from '../../apps/gateway/src/testing/http.ts';

/*
 * SQuARE's python client and skill-api as consumers of our replies, written from what docs/square-wire.md
 * says of them (#client-traps, #attack-replies, #the-front-end), not from their code. Where python would
 * raise, this throws: an unchanged caller would be broken.
 */

export interface Attributions {
  readonly topk_question_idx: readonly number[];
  readonly topk_context_idx: readonly number[];
  readonly question_tokens: readonly (readonly [number, string, number])[];
  readonly context_tokens: readonly (readonly [number, string, number])[];
}

/** One prediction of a skill's reply, as the front-end reads it. */
export interface Prediction {
  readonly prediction_score: number;
  readonly prediction_output: { readonly output: string };
  readonly prediction_documents: readonly { readonly document: string; readonly span: readonly number[] }[];
  readonly question: string;
  attributions: Attributions | null;
  bertviz: string | null;
}

export interface SkillReply {
  readonly predictions: readonly Prediction[];
  readonly adversarial: { readonly indices: readonly number[] } | null;
}

type Record_ = Readonly<Record<string, unknown>>;

/**
 * `POST …/{task}`, then polls; gives `result` with its arrays decoded (docs/square-wire.md#task-results,
 * #client-traps 1–3, 6–8).
 */
export async function callModel(url: string, path: string, body: object): Promise<Record_> {
  const queued = await http(`${url}/api/main/${path}`, { body });
  // Only 200 counts as queued, and the datastore client reads the reply as a python literal.
  if (queued.status !== 200) throw new Error(`not queued: ${queued.status} ${queued.text}`);
  if (/\b(?:null|true|false)\b/.test(queued.text)) throw new Error('ValueError: malformed node or string');
  for (;;) {
    const polled = await http(`${url}/api/main/task_result/${queued.json.task_id}`);
    const json = JSON.parse(polled.text) as Record_; // parsed before the status is looked at
    if (polled.status !== 200) continue;
    const result = json['result'] as Record_;
    if (typeof result['model_output_is_encoded'] !== 'boolean') throw keyError('model_output_is_encoded');
    const outputs = result['model_outputs'] as Record_;
    const decode = result['model_output_is_encoded'] ? decodeLeaves : plainArray;
    return {
      ...result,
      model_outputs: Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [name, decode(value)]),
      ),
    };
  }
}

/** Encoded: every leaf is a base64 string, anything else raises (#7). */
function decodeLeaves(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeLeaves);
  if (typeof value !== 'string') throw new Error(`TypeError: a leaf is ${JSON.stringify(value)}`);
  const { shape, data } = decodeNpy(Buffer.from(value, 'base64'));
  return nested(Array.from(data as ArrayLike<number>), shape);
}

function nested(flat: readonly number[], [size = 0, ...rest]: readonly number[]): unknown {
  if (rest.length === 0) return flat;
  const width = flat.length / size;
  return Array.from({ length: size }, (_, i) => nested(flat.slice(i * width, (i + 1) * width), rest));
}

/** Plaintext: `np.array(value)`, which raises for ragged lists (#8). */
function plainArray(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const lengths = new Set(value.map((one) => (Array.isArray(one) ? one.length : -1)));
  if (lengths.size > 1) throw new Error('ValueError: inhomogeneous shape');
  return value.map(plainArray);
}

/** Question answering over documents (#9, #11, #12, #14). `pairs` are what was asked. */
export function fromQuestionAnswering(
  result: Record_,
  pairs: readonly (readonly [string, string])[],
): SkillReply {
  const adversarial = result['adversarial'] as { indices: number[] } | null | undefined;
  const isAttack = (adversarial?.indices ?? []).length > 0;
  const rows = result['answers'] as { score: number; start: number; end: number; answer: string }[][];
  const [contexts, questions] = [textsOf(result, 'contexts'), textsOf(result, 'questions')];
  const predictions = rows.flatMap((answers, i) => {
    if (answers.length === 0) throw new Error('ValueError: attempt to get argmax of an empty sequence');
    // An attack has a row per step; each is about the first pair with the changed text.
    const [question, context] = isAttack ? pairs[0]! : at(pairs, i);
    const document = contexts.length > 0 ? at(contexts, i) : context;
    const asked = questions.length > 0 ? at(questions, i) : question;
    return answers.map(({ score, start, end, answer }) => ({
      prediction_score: score,
      prediction_output: { output: answer === '' ? 'No answer found.' : answer },
      prediction_documents: [{ document, span: [start, end] }],
      question: asked,
      attributions: null,
      bertviz: null,
    }));
  });
  // Any `adversarial`, even an empty one, switches off the re-sorting that puts "No answer found." last.
  if (adversarial === null || adversarial === undefined)
    predictions.sort(
      (a, b) => Number(isNone(a)) - Number(isNone(b)) || b.prediction_score - a.prediction_score,
    );
  return explained({ predictions, adversarial: isAttack ? adversarial! : null }, result, rows.length);
}

function isNone(one: Prediction): boolean {
  return one.prediction_output.output === 'No answer found.';
}

/**
 * Multiple choice or plain classification (#10, #13, #15). `answers` are the choices, or null to name labels.
 */
export function fromSequenceClassification(
  result: Record_,
  {
    rows,
    answers,
  }: {
    readonly rows: readonly (readonly [string, string] | string)[];
    readonly answers: readonly string[] | null;
  },
): SkillReply {
  const adversarial = result['adversarial'];
  if (adversarial === null || adversarial === undefined || typeof adversarial !== 'object')
    throw new Error('TypeError: object has no len()');
  const isAttack = Object.keys(adversarial).length > 0;
  const logits = (result['model_outputs'] as Record_)['logits'] as number[] | number[][];
  const table = Array.isArray(logits[0]) ? (logits as number[][]) : [logits as number[]];
  const labels = result['labels'] as readonly number[];
  const names = result['id2label'] as Readonly<Record<string, string>>;
  const contexts = textsOf(result, 'contexts');
  const predictions = table.flatMap((scores, i) => {
    const row = isAttack ? rows[0]! : at(rows, answers ? 0 : i);
    const document = contexts.length > 0 ? at(contexts, i) : typeof row === 'string' ? row : row[0];
    const question = typeof row === 'string' ? '' : row[1];
    const make = (score: number, output: string): Prediction => ({
      prediction_score: score,
      prediction_output: { output },
      prediction_documents: [{ document, span: [] }],
      question,
      attributions: null,
      bertviz: null,
    });
    if (answers && !isAttack) {
      const all = answers.map((answer, k) => make(at(scores, k), answer));
      return all.sort((a, b) => b.prediction_score - a.prediction_score);
    }
    const label = at(labels, i);
    const name = answers ? at(answers, label) : names[String(label)];
    if (name === undefined) throw keyError(String(label));
    return [make(at(scores, label), name)];
  });
  const found = { predictions, adversarial: isAttack ? (adversarial as { indices: number[] }) : null };
  return explained(found, result, answers ? answers.length : rows.length);
}

/**
 * Attributions and the head view sit on predictions[0] (case 57); each list of `attributions[0]` is indexed
 * by instance (#9).
 */
function explained(reply: SkillReply, result: Record_, instances: number): SkillReply {
  const attributions = result['attributions'] as readonly Readonly<Record<string, unknown>>[];
  if (attributions.length > 0) {
    // One instance for several rows drops predictions or raises (#13).
    const byInstance = Array.from({ length: instances }, (_, i) =>
      Object.fromEntries(
        Object.entries(attributions[0]!).map(([key, list]) => {
          if (!Array.isArray(list)) throw new Error(`TypeError: '${key}' is not subscriptable`);
          return [key, at(list, i)];
        }),
      ),
    );
    reply.predictions[0]!.attributions = byInstance[0] as unknown as Attributions;
  }
  const bertviz = (result['bertviz'] ?? []) as readonly string[];
  if (bertviz.length > 0) reply.predictions[0]!.bertviz = at(bertviz, 0);
  if (reply.adversarial) {
    const { indices } = reply.adversarial;
    if (!Array.isArray(indices) || !indices.every(Number.isInteger))
      throw new Error('ValidationError: indices');
  }
  return reply;
}

function textsOf(result: Record_, name: string): readonly string[] {
  const texts = result[name];
  if (!Array.isArray(texts)) throw keyError(name);
  return texts as readonly string[];
}

function at<T>(list: readonly T[], i: number): T {
  if (i < 0 || i >= list.length) throw new Error(`IndexError: list index ${i} out of range (${list.length})`);
  return list[i]!;
}

function keyError(name: string): Error {
  return new Error(`KeyError: '${name}'`);
}
