/** Reviews in which one or two words carry the verdict, in lower case. */
export const decisiveSentences: readonly (readonly [text: string, decisive: readonly string[]])[] = [
  ['A wonderful film with a great cast.', ['wonderful', 'great']],
  ['The plot is boring and slow.', ['boring', 'slow']],
  ['An awful, tedious mess.', ['awful', 'tedious', 'mess']],
  ['I loved every minute of it.', ['loved']],
  ['The acting is terrible.', ['terrible']],
  ['A charming and funny comedy.', ['charming', 'funny']],
  ['It is a dull story about two brothers.', ['dull']],
  ['Brilliant direction and superb music.', ['brilliant', 'superb']],
  ['The worst movie of the year.', ['worst']],
  ['The best movie of the year.', ['best']],
  ['The dialogue is stupid.', ['stupid']],
  ['A beautiful, moving portrait of a family.', ['beautiful', 'moving']],
  ['This sequel is a waste of time.', ['waste']],
  ['The two leads are excellent.', ['excellent']],
  ['A clumsy script sinks the whole thing.', ['clumsy', 'sinks']],
  ['An entertaining evening at the cinema.', ['entertaining']],
  ['The jokes are lame.', ['lame']],
  ['A powerful drama about the war.', ['powerful']],
  ['Everything about this remake is bad.', ['bad']],
  ['A fresh and clever thriller.', ['fresh', 'clever']],
  ['The ending is a disappointment.', ['disappointment']],
  ['She gives a remarkable performance.', ['remarkable']],
  ['The second half is a chore to sit through.', ['chore']],
  ['A delightful film for the whole family.', ['delightful']],
  ['The characters are shallow.', ['shallow']],
  ['A smart film by a young director.', ['smart']],
  ['The film fails on every level.', ['fails']],
  ['A touching story of a father and a son.', ['touching']],
  ['The special effects look cheap.', ['cheap']],
  ['An inventive take on an old tale.', ['inventive']],
  ['A pointless exercise in style.', ['pointless']],
  ['The camera work is gorgeous.', ['gorgeous']],
  ['It is a painful film to watch.', ['painful']],
  ['A thoughtful look at life in the city.', ['thoughtful']],
  ['The story is a complete bore.', ['bore']],
  ['A riveting documentary about the sea.', ['riveting']],
  ['The humor is forced.', ['forced']],
  ['An enjoyable ride from start to finish.', ['enjoyable']],
  ['The movie is ridiculous.', ['ridiculous']],
  ['A triumph for everyone in it.', ['triumph']],
];

/** [question, context] with a short answer in plain sight. */
export const decisiveAnswers: readonly (readonly [question: string, context: string])[] = [
  ['Where was Marie Curie born?', 'Marie Curie was born in Warsaw in 1867 and later moved to Paris.'],
  ['When does the library open?', 'The library opens at nine in the morning and closes at six.'],
  ['Who painted the ceiling?', 'The ceiling of the chapel was painted by Michelangelo in Rome.'],
  ['What colour is the old door?', 'At the end of the street there is a house whose old door is green.'],
  ['How many legs does a spider have?', 'A spider has eight legs, while an ant has six.'],
  ['Where did Anna sing?', 'In the evening Anna sang in a small church near the river.'],
  ['Who wrote the letter?', 'The letter was written by Charles Darwin to a friend in London.'],
  ['What does the river flow through?', 'The river rises in the hills and flows through the city of Leeds.'],
  ['When was the bridge built?', 'The bridge was built in 1901 by an engineer from Glasgow.'],
  ['What is the capital of France?', 'Paris is the capital of France and its largest city.'],
  ['Who won the race?', 'After two hours of rain the race was won by Peter Sagan.'],
  ['Which team did he play for?', 'For ten years he played for Arsenal before he became a coach.'],
  ['What did the farmer grow?', 'The farmer grew potatoes on the northern side of the valley.'],
  ['How long is the tunnel?', 'The tunnel under the mountain is 57 kilometres long.'],
];

/** Reviews made of a pattern, a thing and a verdict, in a fixed order: positive and negative ones in turn. */
export function reviews(count: number): string[] {
  const patterns = [
    'The {thing} is {verdict}.',
    'What a {verdict} {thing}!',
    'I found the {thing} {verdict}.',
    'This {thing} was {verdict} from start to finish.',
  ];
  const things = [
    'film',
    'story',
    'plot',
    'cast',
    'music',
    'script',
    'comedy',
    'drama',
    'ending',
    'performance',
  ];
  const verdicts = [
    'great',
    'terrible',
    'wonderful',
    'boring',
    'funny',
    'awful',
    'charming',
    'dull',
    'excellent',
    'stupid',
  ];
  return Array.from({ length: count }, (_, i) =>
    patterns[i % patterns.length]!.replace('{thing}', things[(7 * i) % things.length]!).replace(
      '{verdict}',
      verdicts[(3 * i + Math.floor(i / 10)) % verdicts.length]!,
    ),
  );
}
