"""Inputs of the golden files: ordinary, accented, CJK, emoji, empty-ish and over the limit."""

from references.common.corpus import ENGLISH

LONG = " ".join(ENGLISH[:12])
VERY_LONG = " ".join(ENGLISH) + " " + " ".join(reversed(ENGLISH))

SINGLE = [
    "A warm, funny film.",
    "The plot is thin; the acting, thinner.",
    "Angela Merkel met Emmanuel Macron in Strasbourg.",
    "hello",
    "",
    " ",
    "?!",
    "I can't believe it's not butter...",
    "Le café près de la gare est fermé à midi.",
    "Cafe\u0301 with a combining accent, \u00e9 with a composed one",
    "東京は日本の首都です。",
    "北京是中国的首都, isn't it?",
    "I love this 😀 and this 🎉 but not 👩‍👩‍👧‍👦 or 👍🏽.",
    "😀😀😀",
    "tabs\tand\nnew lines\r\nand   many   spaces",
    "Supercalifragilisticexpialidocious pneumonoultramicroscopicsilicovolcanoconiosis",
    "Привет, как дела? Γειά σου, κόσμε! שלום עולם",
    "The price rose by 12.5 percent (from $3,200 to €3,600) on 2021-03-04.",
    "UPPER CASE AND lower case and MiXeD",
    "Barack Obama was born in Honolulu, Hawaii, and worked for the city of Chicago.",
    "ﬁne ligature, ﬀ, Ⅳ, ½ and full width ＡＢＣ",
    LONG,
    VERY_LONG,
    "word " * 61 + "end",
]

PAIRS = [
    ("A man plays a guitar.", "A man makes music."),
    ("A man plays a guitar.", "Nobody is in the room."),
    ("The station is behind the church.", "Where is the station?"),
    ("", "Only the second is given."),
    ("Only the first is given.", ""),
    ("Two dogs run along the beach 🐶🐶.", "Animals are outside 😀"),
    ("東京は日本の首都です。", "東京は都市です。"),
    ("L'été dernier, Zoë a mangé une crème brûlée.", "Zoë est à l'école."),
    (LONG, "Where is the station?"),
    ("Where is the station?", LONG),
    (VERY_LONG, "How many bridges cross the Rhine?"),
    (LONG, VERY_LONG),
]

CHOICES = [
    [("The capital of Portugal is Lisbon.", "What is the capital? Lisbon"), ("The capital of Portugal is Lisbon.", "What is the capital? Oslo"), ("The capital of Portugal is Lisbon.", "What is the capital? Rome")],
    [("Where do you buy bread?", "bakery"), ("Where do you buy bread?", "river")],
    [("Yes or no: is water wet?", "yes"), ("Yes or no: is water wet?", "no"), ("Yes or no: is water wet?", "😀"), ("Yes or no: is water wet?", "")],
    [("one choice only", "this one")],
    [(LONG, "Who plays the piano? The neighbour"), (LONG, "Who plays the piano? Marie Curie"), (LONG, "Who plays the piano? A dog"), (LONG, "Who plays the piano? 東京"), (LONG, "Who plays the piano? Nobody")],
]
CHOICES += [[(ENGLISH[k], f"{word} {ENGLISH[k + 1]}") for word in ("surely", "perhaps", "never")] for k in range(15)]

QUESTIONS = [
    ("Where is the river?", "The river flows through the city of Leeds."),
    ("Who was born in Warsaw?", "Marie Curie was born in Warsaw in 1867 and worked in Paris."),
    ("When does the library open?", "The library opens at nine in the morning, and closes at six."),
    ("What is it?", "yes"),
    ("What is it?", ""),
    ("", "A context without a question."),
    ("What is it?", "   "),
    ("What did she love?", "She loved 😀 emoji, 👩‍👩‍👧‍👦 families and 👍🏽 thumbs."),
    ("首都はどこですか。", "東京は日本の首都です。北京是中国的首都。"),
    ("Où est le café?", "Le café près de la gare est fermé à midi; l'été, il reste ouvert très tard."),
    ("Who sang?", "When the lights went out,\n\teverybody laughed and   somebody began to sing."),
    ("How much did it rise?", "The price rose by 12.5 percent (from $3,200 to €3,600) on 2021-03-04."),
    ("Which word?", "Supercalifragilisticexpialidocious!"),
    ("Who met whom?", "Angela Merkel met Emmanuel Macron in Strasbourg on Monday."),
    ("What is the capital of Norway?", "The capital of Portugal is Lisbon, and the capital of Norway is Oslo."),
    ("How long does it take?", "A train from Berlin to Munich takes about four hours."),
    ("What had 64 kilobytes?", "The first computer in our school had 64 kilobytes of memory."),
    ("Who said it?", "Good tools make good work, said the carpenter to his youngest son."),
    ("What was discovered?", "Scientists at the institute discovered a new species of frog in Madagascar."),
    ("Where is the station?", LONG),
    ("Who painted the ceiling?", VERY_LONG),
    ("How many hours does the train from Berlin to Munich take, and why did the drivers have to wait?", LONG),
]

NLI = [
    ("A woman is slicing bread in the kitchen.", "Somebody prepares food."),
    ("A woman is slicing bread in the kitchen.", "The kitchen is empty."),
    ("Three children play football in the rain.", "It is a sunny day."),
    ("Three children play football in the rain.", "Children are outdoors."),
    ("The company announced record profits on Tuesday.", "This text is about business."),
    ("The company announced record profits on Tuesday.", "This text is about gardening."),
    ("I never said that he stole the money.", "He stole the money."),
    ("Der Hund schläft auf dem Sofa.", "A dog is asleep."),
]

# Extra cases of question answering: (question, context, stride, note)
WINDOW_CASES = [
    ("Where is the station?", LONG, 8, "requested overlap 8"),
    ("Where is the station?", LONG, 0, "no overlap"),
    ("Where is the station?", LONG, 1000, "overlap capped to half of the room"),
    (" ".join(ENGLISH[:9]), "The station is behind the church.", 128, "question cut: the context keeps a quarter of the budget"),
]
