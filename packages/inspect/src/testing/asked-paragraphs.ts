/** Facts in a sentence each, with questions whose short answers stand in plain sight. */
const facts: readonly (readonly [fact: string, ...questions: string[]])[] = [
  [
    'Marie Curie was born in Warsaw in 1867 and later moved to Paris.',
    'Where was Marie Curie born?',
    'When was Marie Curie born?',
    'Where did Marie Curie move later?',
  ],
  [
    'The library opens at nine in the morning and closes at six.',
    'When does the library open?',
    'When does the library close?',
  ],
  [
    'The ceiling of the chapel was painted by Michelangelo in Rome.',
    'Who painted the ceiling?',
    'Where is the chapel?',
  ],
  [
    'At the end of the street there is a house whose old door is green.',
    'What colour is the old door?',
    'Where is the house?',
  ],
  [
    'A spider has eight legs, while an ant has six.',
    'How many legs does a spider have?',
    'How many legs does an ant have?',
  ],
  [
    'In the evening Anna sang in a small church near the river.',
    'Where did Anna sing?',
    'Who sang in a small church?',
    'When did Anna sing?',
  ],
  [
    'The letter was written by Charles Darwin to a friend in London.',
    'Who wrote the letter?',
    'Where did the friend live?',
  ],
  [
    'The Aire rises in the hills and flows through the city of Leeds.',
    'Where does the Aire rise?',
    'What does the Aire flow through?',
  ],
  [
    'The bridge was built in 1901 by an engineer from Glasgow.',
    'When was the bridge built?',
    'Who built the bridge?',
  ],
  ['Paris is the capital of France and its largest city.', 'What is the capital of France?'],
  ['After two hours of rain the race was won by Peter Sagan.', 'Who won the race?', 'How long did it rain?'],
  [
    'For ten years he played for Arsenal before he became a coach.',
    'Which team did he play for?',
    'How long did he play for Arsenal?',
    'What did he become?',
  ],
  [
    'The farmer grew potatoes on the northern side of the valley.',
    'What did the farmer grow?',
    'Where did the farmer grow potatoes?',
  ],
  ['The tunnel under the mountain is 57 kilometres long.', 'How long is the tunnel?'],
  [
    'The museum keeps a clock that was made in Geneva for the king of Spain.',
    'What does the museum keep?',
    'Where was the clock made?',
    'Who was the clock made for?',
  ],
  [
    'Her brother repairs violins in a workshop behind the station.',
    'What does her brother repair?',
    'Where is the workshop?',
  ],
  [
    'The meeting was moved to Thursday because the manager was ill.',
    'When is the meeting?',
    'Why was the meeting moved?',
  ],
  [
    'Copper melts at 1085 degrees and lead at 327.',
    'At what temperature does copper melt?',
    'At what temperature does lead melt?',
  ],
  [
    'The ferry to Harwich leaves from the eastern pier.',
    'Where does the ferry leave from?',
    'Where does the ferry go?',
  ],
];

/** Sentences beside the one that answers. */
const others = 3;

/**
 * Forty questions, each with a paragraph of four facts, one of which answers it; its place moves from
 * question to question.
 */
export const askedParagraphs: readonly (readonly [question: string, paragraph: string])[] = facts
  .flatMap(([fact, ...questions], f) => questions.map((question) => ({ f, fact, question })))
  .slice(0, 40)
  .map(({ f, fact, question }, i) => {
    const paragraph = Array.from({ length: others }, (_, k) => facts[(f + 3 + 4 * k) % facts.length]![0]);
    paragraph.splice(i % (others + 1), 0, fact);
    return [question, paragraph.join(' ')];
  });
