"""The models and texts of the explain goldens: short, so that full enumerations stay small."""

SENTENCES = [
    ("A warm, funny film.",),
    ("The plot is thin; the acting, thinner.",),
    ("I can't believe how dull this was!",),
    ("Not bad at all.",),
    ("An unforgettable, moving story.",),
    ("The café scene is a délight 😀",),
    ("Neither good nor terrible, merely long.",),
    ("Boring.",),
]
PREMISES = [
    ("A man plays a guitar.", "A man makes music."),
    ("A man plays a guitar.", "Nobody is in the room."),
    ("Two dogs run on the beach.", "Animals are outside."),
    ("The shop is closed today.", "You can buy bread there now."),
    ("She never sings.", "She sings."),
    ("Three children play football in the rain.", "It is sunny."),
    ("He bought a car.", "He owns a vehicle."),
    ("The train was late.", "Trains exist."),
]
QUESTIONS = [
    ("Where is the river?", "The river flows through Leeds."),
    ("Who was born in Warsaw?", "Marie Curie was born in Warsaw."),
    ("When does it open?", "The library opens at nine."),
    ("What is it?", "It is a bridge."),
    ("Who sings?", "In the evening Anna sings songs."),
    ("How many legs?", "A spider has eight legs, 😀."),
    ("What colour is it?", "The old door is green."),
    ("Où est le café?", "Le café est à Lyon."),
]
NAMES = [
    ("Angela Merkel met Macron in Strasbourg.",),
    ("We flew to London.",),
    ("Apple hired Anna.",),
    ("The river Rhine is long.",),
    ("Obama spoke at the United Nations.",),
    ("Nothing happened here.",),
    ("São Paulo is big 😀",),
    ("John Smith works for Siemens.",),
]

# folder, golden file, task, texts
MODELS = [
    ("models/tessera/sentiment-en", "sentiment-en", "sequence-classification", SENTENCES),
    ("models/tessera/nli-en", "nli-en", "sequence-classification", PREMISES),
    ("models/tessera/qa-en", "qa-en", "question-answering", QUESTIONS),
    ("models/tessera/ner-en", "ner-en", "token-classification", NAMES),
    (
        "test/fixtures/models/roberta-sequence-classification",
        "roberta-sequence-classification",
        "sequence-classification",
        SENTENCES,
    ),
    (
        "test/fixtures/models/modernbert-sequence-classification",
        "modernbert-sequence-classification",
        "sequence-classification",
        SENTENCES,
    ),
    (
        "test/fixtures/models/distilbert-question-answering",
        "distilbert-question-answering",
        "question-answering",
        QUESTIONS,
    ),
    ("test/fixtures/models/albert-question-answering", "albert-question-answering", "question-answering", QUESTIONS),
    (
        "test/fixtures/models/deberta-v2-token-classification",
        "deberta-v2-token-classification",
        "token-classification",
        NAMES,
    ),
    (
        "test/fixtures/models/electra-sequence-classification",
        "electra-sequence-classification",
        "sequence-classification",
        PREMISES,
    ),
]
