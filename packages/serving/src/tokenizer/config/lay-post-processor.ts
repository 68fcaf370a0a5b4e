import {
  classOf,
  contentOf,
  idInVocabulary,
  mapParts,
  type Part,
  type TokenizerFile,
  type TokenizerSettings,
} from './tokenizer-file.ts';

/** Classes that put [CLS] in front and [SEP] behind, and give the second text the type 1. */
export const bertClasses = new Set(
  [
    'Bert',
    'ConvBert',
    'DistilBert',
    'DPRContextEncoder',
    'DPRQuestionEncoder',
    'DPRReader',
    'Electra',
    'Funnel',
    'LayoutLM',
    'Lxmert',
    'MobileBert',
    'RoFormer',
    'Retribert',
    'Splinter',
    'SqueezeBert',
    'Albert',
    'DebertaV2',
  ].map((name) => `${name}Tokenizer`),
);
/** Classes with two separators between the texts of a pair. */
export const robertaClasses = new Set(
  ['Roberta', 'Bart', 'Longformer', 'LED', 'XLMRoberta', 'Camembert', 'MPNet'].map(
    (name) => `${name}Tokenizer`,
  ),
);
/** Classes whose template has its own form, so that add_bos_token and add_eos_token change nothing. */
const fixed = new Set([...bertClasses, ...robertaClasses, 'T5Tokenizer', 'MBartTokenizer', 'XLNetTokenizer']);

/**
 * The special tokens around a text: `add_bos_token` and `add_eos_token` over the template, and the template
 * of the class where tokenizer.json has none, as transformers 5 fills it in.
 */
export function layPostProcessor(file: TokenizerFile, settings: TokenizerSettings): TokenizerFile {
  const name = classOf(settings);
  const token = (role: string): string | null => contentOf(settings.config[`${role}_token`]);
  if (file.post_processor === null && bertClasses.has(name))
    return withTemplate(
      file,
      [token('cls') ?? '[CLS]', 'A', token('sep') ?? '[SEP]'],
      ['B', token('sep') ?? '[SEP]'],
      1,
    );
  if (file.post_processor === null && robertaClasses.has(name)) {
    const [cls, sep] = [token('cls') ?? '<s>', token('sep') ?? '</s>'];
    return withTemplate(file, [cls, 'A', sep], [sep, 'B', sep], 0);
  }
  const { add_bos_token: addBos, add_eos_token: addEos } = settings.config;
  if (fixed.has(name) || (typeof addBos !== 'boolean' && typeof addEos !== 'boolean')) return file;
  const before = templateEnds(file.post_processor);
  const own = name === 'GPT2Tokenizer' ? ['<|endoftext|>', '<|endoftext|>'] : ['<s>', '</s>'];
  const wished = (wish: unknown, role: string, fallback: string, kept: string | null): string | null =>
    typeof wish === 'boolean' ? (wish ? (token(role) ?? fallback) : null) : kept;
  const first = wished(addBos, 'bos', own[0]!, before.first);
  const last = wished(addEos, 'eos', own[1]!, before.last);
  const around = (text: string): string[] => [first, text, last].filter((one) => one !== null);
  return withTemplate(file, around('A'), around('B'), 1);
}

/** What the template in force puts in front of and behind a text. */
function templateEnds(processor: Part | null): { first: string | null; last: string | null } {
  let ends: { first: string | null; last: string | null } = { first: null, last: null };
  mapParts(processor, (part) => {
    if (part.type === 'TemplateProcessing') {
      const single = part['single'] as readonly { readonly SpecialToken?: { readonly id: string } }[];
      ends = { first: single[0]?.SpecialToken?.id ?? null, last: single.at(-1)?.SpecialToken?.id ?? null };
    }
    return part;
  });
  return ends;
}

/** A TemplateProcessing; parts that only trim offsets stay in front of it. */
function withTemplate(
  file: TokenizerFile,
  single: readonly string[],
  second: readonly string[],
  secondType: 0 | 1,
): TokenizerFile {
  const piece = (type: 0 | 1) => (name: string) =>
    name === 'A' || name === 'B'
      ? { Sequence: { id: name, type_id: type } }
      : { SpecialToken: { id: name, type_id: type } };
  const names = [...new Set([...single, ...second])].filter((name) => name !== 'A' && name !== 'B');
  const ids = names.map((name) => [name, idOf(file, name)] as const);
  if (ids.some(([, id]) => id === null)) return file;
  const template: Part = {
    type: 'TemplateProcessing',
    single: single.map(piece(0)),
    pair: [...single.map(piece(0)), ...second.map(piece(secondType))],
    special_tokens: Object.fromEntries(
      ids.map(([name, id]) => [name, { id: name, ids: [id], tokens: [name] }]),
    ),
  };
  const trimming: Part[] = [];
  mapParts(file.post_processor, (part) => {
    if (part.type === 'ByteLevel') trimming.push(part);
    return part;
  });
  const processors = [...trimming, template];
  return {
    ...file,
    post_processor: processors.length === 1 ? template : { type: 'Sequence', processors },
  };
}

function idOf(file: TokenizerFile, token: string): number | null {
  return file.added_tokens.find(({ content }) => content === token)?.id ?? idInVocabulary(file, token);
}
