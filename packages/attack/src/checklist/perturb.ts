import { type Random, seededRandom } from '@tessera/base';
import type { Behaviour } from '@tessera/contracts';

/** One changed text per text; null where the rule does not apply. */
export function perturbed(
  texts: readonly string[],
  rule: Behaviour['perturbation'],
  seed: number,
): readonly (string | null)[] {
  const random = seededRandom(seed);
  return texts.map((text) => {
    const next = apply(text, rule, random);
    return next === text ? null : next;
  });
}

function apply(text: string, rule: Behaviour['perturbation'], random: Random): string {
  if (typeof rule === 'object') {
    if ('append' in rule) return `${text.trimEnd()} ${rule.append}`;
    return Object.entries(rule.replace).reduce((now, [from, to]) => replaceWord(now, from, to), text);
  }
  switch (rule) {
    case 'typo':
      return typo(text, random);
    case 'contractions':
      return contractions.reduce((now, [from, to]) => replaceWord(now, from, to), text);
    case 'punctuation':
      return /[.!?]$/u.test(text.trimEnd()) ? text.trimEnd().slice(0, -1) : `${text.trimEnd()}.`;
    case 'lower_case':
      return text.toLowerCase();
    case 'negate':
      return text.replace(/\b(is|are|was|were|am)\b(?! not\b)/u, '$1 not');
  }
}

/** Two neighbouring letters of one word swapped. */
function typo(text: string, random: Random): string {
  const places = [...text.matchAll(/\p{L}(?=\p{L})/gu)].map((match) => match.index);
  const at = places[random.integer(Math.max(1, places.length))];
  if (at === undefined) return text;
  const [a = '', b = ''] = [...text.slice(at)];
  return text.slice(0, at) + b + a + text.slice(at + a.length + b.length);
}

const contractions = [
  ['is not', "isn't"],
  ['are not', "aren't"],
  ['was not', "wasn't"],
  ['do not', "don't"],
  ['does not', "doesn't"],
  ['did not', "didn't"],
  ['can not', "can't"],
  ['cannot', "can't"],
  ['will not', "won't"],
  ['it is', "it's"],
  ['i am', "i'm"],
] as const;

function replaceWord(text: string, from: string, to: string): string {
  const escaped = from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'giu'), () => to);
}

/** Every filling of "{slot}"s by the lexicon, in the order of the lists. Unknown slots stay as they are. */
export function expandTemplate(
  template: string,
  lexicon: Readonly<Record<string, readonly string[]>>,
  most = 1000,
): readonly string[] {
  const slots = [...new Set([...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!))];
  let texts = [template];
  for (const slot of slots) {
    const words = lexicon[slot];
    if (!words) continue;
    texts = texts
      .flatMap((text) => words.map((word) => text.replaceAll(`{${slot}}`, () => word)))
      .slice(0, most);
  }
  return texts;
}
