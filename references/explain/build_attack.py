"""Rebuild test/golden/attack: `python -m references.explain.build_attack`."""


import torch
from references.common.paths import GOLDEN_ATTACK, ROOT
from references.common.store import pack, provenance, sha256, write_json
from references.explain.build_explain import numbers
from references.explain.explained_model import ExplainedModel, ordinary
from references.explain.hotflip import first_order, greedy, loss_and_gradient, rank_correlation, true_changes
from references.explain.input_reduction import beam_search, predict_answer, predict_label, reachable, subsets
from references.explain.targets import predicted_class

TOLERANCE = 1e-4
MOST_FLIPS = 5
BEAM = 5

SENTIMENT_WORDS = (
    "good bad great terrible warm cold funny boring film movie plot story acting actor dull bright long short never always love hate "
    "best worst fine poor rich deep shallow smart stupid sweet bitter sad happy slow fast new old fresh stale real fake strong weak "
    "clever silly moving empty full perfect awful lovely ugly charming tedious house water city man woman child table music night day"
).split()
SENTENCES = [
    "A warm, funny film.",
    "The plot is thin.",
    "I love this story.",
    "Not bad at all.",
    "A slow, empty movie.",
    "The acting is great!",
    "Two boring hours.",
    "This is a film about a city.",
]
QUESTIONS = [
    ("Where is the big river?", "The river flows through Leeds."),
    ("Who was born in Warsaw?", "Marie Curie was born in Warsaw in 1867."),
    ("When does the library open?", "The library opens at nine and closes at six."),
    ("What colour is the old door?", "The old door is green."),
    ("How many legs has a spider?", "A spider has eight legs."),
    ("Who painted the ceiling?", "Michelangelo painted the ceiling in Rome."),
    ("Where did Anna sing?", "In the evening Anna sang in a church."),
    ("What does he repair?", "He repairs old clocks in Ghent."),
]


def write(name, folder, **content):
    about = provenance("explain.build_attack", sha256=sha256(ROOT / folder / "onnx/model.onnx"))
    path = GOLDEN_ATTACK / f"{name}.json"
    write_json(path, {"provenance": about, "tolerance": TOLERANCE, "model": folder, **numbers(content)})
    print(f"{name}: {path.stat().st_size // 1000} kB", flush=True)


def plain_words(model, most):
    """Ordinary lower-case word pieces of the vocabulary, by id."""
    pieces = sorted((token, word) for word, token in model.tokenizer.get_vocab().items())
    return [token for token, word in pieces if word.isascii() and word.isalpha() and word.islower() and len(word) > 1][
        :most
    ]


def hotflip_case(model, text, vocabulary):
    row = model.encode(text)
    label = predicted_class(model, row).terms[0][1][0]
    loss, _ = loss_and_gradient(model, row, label)
    estimates = first_order(model, row, label, vocabulary)
    changes, classes = true_changes(model, row, label, vocabulary)
    place = lambda table: divmod(int(table.argmax()), len(vocabulary))
    return {
        "text": text,
        "inputIds": row.ids,
        "positions": ordinary(row),
        "class": label,
        "loss": loss,
        "firstOrder": pack(estimates),  # [positions, candidates]
        "trueChange": pack(changes),
        "classAfter": pack(classes),
        "bestFirstOrder": place(estimates),  # [row, column] of the tables
        "bestTrue": place(changes),
        "singleFlipsThatSucceed": int((classes != label).sum()),
        "rankCorrelation": rank_correlation(estimates, changes),
        "greedy": greedy(model, row, label, vocabulary, MOST_FLIPS),
    }


def hotflip(name, folder, choose):
    model = ExplainedModel(folder)
    vocabulary = choose(model)
    cases = [hotflip_case(model, text, vocabulary) for text in SENTENCES]
    write(name, folder, vocabulary=vocabulary, cases=cases)
    for case in cases:
        print(
            f"  {case['text']}: ρ {case['rankCorrelation']:.2f}, single flips {case['singleFlipsThatSucceed']}, greedy {len(case['greedy'])} → {case['greedy'][-1]['class'] != case['class']}"
        )


def reduction_case(model, predict, texts, reduced):
    original, found = subsets(model, predict, texts, reduced)
    within = reachable(original, found)
    same = [mask for mask, (prediction, _) in found.items() if prediction == original]
    text = lambda mask: "".join(map(str, mask))
    return {
        "texts": list(texts),
        "reduced": reduced,
        "prediction": original,
        "subsets": {
            text(mask): {"same": prediction == original, "probability": probability}
            for mask, (prediction, probability) in found.items()
        },
        "fewestWords": min(map(sum, same)),
        "fewestWordsStepwise": min(map(sum, within)),
        "greedy": [text(front[0]) for front in beam_search(original, found, 1)],
        "beam": [[text(mask) for mask in front] for front in beam_search(original, found, BEAM)],
    }


def reduction(name, folder, predict, inputs, reduced):
    model = ExplainedModel(folder)
    cases = [reduction_case(model, predict, texts, reduced) for texts in inputs]
    write(name, folder, beamWidth=BEAM, cases=cases)
    for case in cases:
        print(
            f"  {case['texts'][reduced]}: {case['prediction']}, fewest {case['fewestWords']}, stepwise {case['fewestWordsStepwise']}, greedy {sum(map(int, case['greedy'][-1]))}, beam {sum(map(int, case['beam'][-1][0]))}"
        )


def main():
    torch.set_num_threads(1)
    known = lambda model: [
        model.tokenizer.token_to_id(word) for word in SENTIMENT_WORDS if model.tokenizer.token_to_id(word) is not None
    ]
    hotflip("hotflip-sentiment-en", "models/tessera/sentiment-en", known)
    hotflip(
        "hotflip-bert-tiny", "test/fixtures/models/bert-sequence-classification", lambda model: plain_words(model, 80)
    )
    reduction("input-reduction-qa-en", "models/tessera/qa-en", predict_answer, QUESTIONS, 0)
    reduction(
        "input-reduction-sentiment-en", "models/tessera/sentiment-en", predict_label, [(text,) for text in SENTENCES], 0
    )


if __name__ == "__main__":
    main()
