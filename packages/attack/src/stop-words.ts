// English function words, written down from the closed classes: pronouns, determiners, prepositions,
// conjunctions, auxiliaries, negation and a few adverbs of degree. Negation is in the list because swapping
// it changes what a text says.
const closedClasses = [
  'i me my mine myself we us our ours ourselves you your yours yourself yourselves',
  'he him his himself she her hers herself it its itself they them their theirs themselves',
  'who whom whose which what this that these those',
  'a an the some any each every all both few more most other another such own same',
  'at by for from in into of off on onto out over to up with about against between through during before after above below under',
  'and but or nor so yet if because as until while than though although since unless',
  'be am is are was were been being have has had having do does did doing',
  'will would shall should can could may might must ought',
  'no not never none nothing nobody neither cannot',
  'here there when where why how again further then once only just too very also',
];

export const stopWords: ReadonlySet<string> = new Set(closedClasses.flatMap((line) => line.split(' ')));

/** True for a function word, punctuation around it and casing aside. */
export function isStopWord(word: string): boolean {
  return stopWords.has(word.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''));
}
