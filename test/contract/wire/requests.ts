/** One request of the recorded conversation; a POST that queues a task is followed to the task's result. */
export interface WireCase {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  /** How a result is asked for; absent: as JSON. */
  readonly accept?: string;
}

export const sentiment = '/api/main/tessera/sentiment-en/sequence-classification';
export const nli = '/api/main/tessera/nli-en/sequence-classification';
export const qa = '/api/main/tessera/qa-en/question-answering';
export const ner = '/api/main/tessera/ner-en/token-classification';
export const minilm = '/api/main/tessera/all-minilm-l6-v2/embedding';
export const captions = '/api/main/tessera/captions-en/generation';
export const normalize = '/api/main/tessera/normalize-en/generation';

export const review = 'A warm, funny film.';
export const reviews = [review, 'The plot is thin; the acting, thinner.'];
export const leeds = [
  'Which river flows through Leeds?',
  'The river Aire flows through the city of Leeds, which grew up around its mills.',
];
export const who = ['Who wrote it?', 'Ada wrote the first program 😀 in 1843.'];
export const pairs = [
  ['A man plays a guitar.', 'A man makes music.'],
  ['The shop is closed.', 'The shop is open.'],
];
export const choices = [
  ['The cat sleeps on the mat.', 'Where does it sleep? On the mat.'],
  ['The cat sleeps on the mat.', 'Where does it sleep? In the car.'],
];
export const longContext = `${'Nothing happened on that day. '.repeat(3)}The river Aire flows through Leeds. ${'It rained. '.repeat(4)}`;

/** Cases of one route and input. */
export const many = (
  path: string,
  input: unknown,
  more: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): readonly WireCase[] =>
  Object.entries(more).map(([name, body]) => ({ name, path, body: { input, ...body } }));
