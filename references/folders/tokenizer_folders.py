"""Tokenizer folders in every layout that is read, and what transformers makes of them: `python -m references.folders.tokenizer_folders`."""

import io
import json
import shutil
from pathlib import Path

import sentencepiece
from references.common.paths import GOLDEN_FOLDERS
from references.common.store import provenance
from tokenizers import ByteLevelBPETokenizer
from transformers import AutoTokenizer

FOLDERS = GOLDEN_FOLDERS / "tokenizers"
CORPUS = [
    "The river flows through the city of Leeds and it was good.",
    "A warm, funny film about a cold winter; nobody liked the ending.",
    "Der Fluss fließt durch die Stadt. Über den Wolken ist es schön.",
    "They can't say it's not 1999, or is it 2024? Numbers: 3.14, 42 and 7.",
    "low lower lowest new newer newest wide wider widest",
] * 3
TEXTS = [
    "A warm, funny film.",
    "ok",
    "The RIVER flows  through\tthe city\nof Leeds.",
    "Über schöne Flüsse: naïve café, ﬁne ½",
    "can't won't it's 1999",
    " leading and trailing ",
    "日本語 and emoji 🙂 mixed",
    "unknown: ☃ zzzz",
    "lowest [MASK] <mask> </s> [SEP] film",
    "``quoted'' --- dashes…",
    "",
]
PAIRS = [("A warm film.", "It was good."), ("the city", "Leeds")]
BERT = {"unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "mask_token": "[MASK]"}


def spm(model_type, **more):
    """A SentencePiece model of 150 pieces with a small charsmap of its own, so that the file stays small."""
    rules = Path("/tmp/tessera-spm-rules.tsv")
    rules.write_text("FB01\t66 69\nBD\t31 2F 32\n2026\t2E 2E 2E\n9\t20\nA\t20\n")
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS),
        model_writer=out,
        model_type=model_type,
        normalization_rule_tsv=str(rules),
        num_threads=1,
        minloglevel=2,
        **{"vocab_size": 150, "hard_vocab_limit": False, **more},
    )
    return out.getvalue()


def wordpiece():
    words = sorted({word for line in CORPUS for word in line.lower().replace(".", " ").replace(",", " ").split()})
    letters = sorted({letter for line in CORPUS for letter in line.lower() if not letter.isspace()})
    pieces = words[::2] + [f"##{ending}" for ending in ("er", "est", "s", "ing")]
    return letters + [f"##{letter}" for letter in letters] + [piece for piece in pieces if piece not in letters]


def byte_level(folder):
    tokenizer = ByteLevelBPETokenizer()
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>"]
    tokenizer.train_from_iterator(CORPUS, vocab_size=330, min_frequency=1, special_tokens=specials)
    tokenizer.save_model(str(folder))


def write(case, model_type, config, files):
    folder = FOLDERS / case
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": model_type}) + "\n")
    if config is not None:
        (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
    files(folder)
    return folder


def with_bytes(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def with_vocab(specials):
    return lambda folder: (folder / "vocab.txt").write_text("\n".join([*specials, *wordpiece()]) + "\n")


def with_json(source, change=None):
    def copy(folder):
        tokenizer = json.loads((FOLDERS / source / "saved" / "tokenizer.json").read_text())
        if change:
            change(tokenizer)
        (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False))

    return copy


def encode(folder):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    rows = [tokenizer(text, return_token_type_ids=True) for text in TEXTS]
    rows += [tokenizer(*pair, return_token_type_ids=True) for pair in PAIRS]
    return [{"ids": row["input_ids"], "types": row["token_type_ids"]} for row in rows]


def keep_json(folder):
    AutoTokenizer.from_pretrained(folder).save_pretrained(folder / "saved")


def main():
    shutil.rmtree(FOLDERS, ignore_errors=True)
    bert = with_vocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    bpe = {"unk_id": 0, "bos_id": 1, "eos_id": 2, "byte_fallback": True, "vocab_size": 420}
    unigram = with_bytes("spiece.model", spm("unigram", pad_id=0, eos_id=1, unk_id=2, bos_id=-1))
    albert_ids = {
        "pad_id": 0, "unk_id": 1, "bos_id": -1, "eos_id": -1, "pad_piece": "<pad>",
        "control_symbols": ["[CLS]", "[SEP]"], "user_defined_symbols": ["[MASK]"],
    }
    deberta_ids = {
        "pad_id": 0, "bos_id": 1, "eos_id": 2, "unk_id": 3, "pad_piece": "[PAD]", "bos_piece": "[CLS]",
        "eos_piece": "[SEP]", "unk_piece": "[UNK]", "user_defined_symbols": ["[MASK]"],
    }
    mpnet = {
        "tokenizer_class": "MPNetTokenizer", "cls_token": "<s>", "sep_token": "</s>", "bos_token": "<s>",
        "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "[UNK]", "mask_token": "<mask>",
    }
    cases = [
        ("bert-vocab", "bert", {"tokenizer_class": "BertTokenizer", **BERT}, bert),
        ("bert-vocab-alone", "bert", None, bert),
        ("bert-vocab-cased", "bert", {"tokenizer_class": "BertTokenizer", "do_lower_case": False}, bert),
        ("bert-vocab-accents", "bert", {"tokenizer_class": "BertTokenizer", "strip_accents": False, "tokenize_chinese_chars": False}, bert),
        ("distilbert-vocab", "distilbert", {"tokenizer_class": "DistilBertTokenizer", **BERT}, bert),
        ("electra-vocab", "electra", {"tokenizer_class": "ElectraTokenizerFast", **BERT}, bert),
        ("mpnet-vocab", "mpnet", mpnet, with_vocab(["<s>", "<pad>", "</s>", "[UNK]", "<mask>"])),
        ("roberta-merges", "roberta", {"tokenizer_class": "RobertaTokenizer"}, byte_level),
        ("roberta-merges-prefix", "roberta", {"tokenizer_class": "RobertaTokenizer", "add_prefix_space": True}, byte_level),
        ("bart-merges", "bart", {"tokenizer_class": "BartTokenizer"}, byte_level),
        ("gpt2-merges", "gpt2", {"tokenizer_class": "GPT2Tokenizer"}, byte_level),
        ("gpt2-merges-bos", "gpt2", {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True, "bos_token": "</s>"}, byte_level),
        ("t5-spm", "t5", {"tokenizer_class": "T5Tokenizer", "extra_ids": 3}, unigram),
        ("xlm-roberta-spm", "xlm-roberta", {"tokenizer_class": "XLMRobertaTokenizer"}, with_bytes("sentencepiece.bpe.model", spm("unigram"))),
        ("albert-spm", "albert", {"tokenizer_class": "AlbertTokenizer"}, with_bytes("spiece.model", spm("unigram", **albert_ids))),
        ("albert-spm-cased", "albert", {"tokenizer_class": "AlbertTokenizer", "do_lower_case": False, "keep_accents": True}, with_bytes("spiece.model", spm("unigram", **albert_ids))),
        ("deberta-v2-spm", "deberta-v2", {"tokenizer_class": "DebertaV2Tokenizer"}, with_bytes("spm.model", spm("unigram", **deberta_ids))),
        ("llama-spm", "llama", {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": False}, with_bytes("tokenizer.model", spm("bpe", **bpe))),
        ("llama-spm-legacy", "llama", {"tokenizer_class": "LlamaTokenizer", "legacy": True, "add_bos_token": True, "add_eos_token": True}, with_bytes("tokenizer.model", spm("bpe", **bpe))),
    ]
    golden = {}
    for case, model_type, config, files in cases:
        golden[case] = encode(write(case, model_type, config, files))
    for case in ("bert-vocab", "roberta-merges", "gpt2-merges", "llama-spm", "albert-spm", "xlm-roberta-spm"):
        keep_json(FOLDERS / case)

    def add(tokenizer):
        tokenizer["added_tokens"] = [token for token in tokenizer["added_tokens"] if token["content"] != "[MASK]"]

    size = 1 + max(json.loads((FOLDERS / "bert-vocab/saved/tokenizer.json").read_text())["model"]["vocab"].values())
    user = {"content": "@film", "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": False}
    laid = [
        ("bert-json-cased", "bert", {"tokenizer_class": "BertTokenizer", "do_lower_case": False, **BERT}, with_json("bert-vocab")),
        ("bert-json-unnamed-mask", "bert", {"tokenizer_class": "BertTokenizer", **BERT}, with_json("bert-vocab", add)),
        ("bert-json-added", "bert", {"tokenizer_class": "BertTokenizer", **BERT, "added_tokens_decoder": {str(size): user}}, with_json("bert-vocab")),
        ("bert-json-bare", "bert", {"tokenizer_class": "BertTokenizer", **BERT}, with_json("bert-vocab", lambda t: t.update(post_processor=None))),
        ("roberta-json-prefix", "roberta", {"tokenizer_class": "RobertaTokenizer", "add_prefix_space": True}, with_json("roberta-merges")),
        ("gpt2-json-prefix", "gpt2", {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True}, with_json("gpt2-merges")),
        ("gpt2-json-ends", "gpt2", {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True, "add_eos_token": True, "bos_token": "<s>", "eos_token": "</s>"}, with_json("gpt2-merges")),
        ("llama-json-ends", "llama", {"tokenizer_class": "LlamaTokenizer", "add_bos_token": False, "add_eos_token": True, "bos_token": "<s>", "eos_token": "</s>"}, with_json("llama-spm")),
        ("llama-json-prefix", "llama", {"tokenizer_class": "LlamaTokenizer", "add_prefix_space": False, "add_bos_token": True, "bos_token": "<s>", "eos_token": "</s>"}, with_json("llama-spm")),
        ("albert-json-cased", "albert", {"tokenizer_class": "AlbertTokenizer", "do_lower_case": False}, with_json("albert-spm")),
        ("xlm-roberta-json-prefix", "xlm-roberta", {"tokenizer_class": "XLMRobertaTokenizer", "add_prefix_space": False}, with_json("xlm-roberta-spm")),
    ]
    # transformers 5 obeys add_bos_token and add_eos_token only where it makes the tokenizer from its older files.
    older = {"gpt2-json-ends": byte_level, "llama-json-ends": with_bytes("tokenizer.model", spm("bpe", **bpe))}
    for case, model_type, config, files in laid:
        folder = write(case, model_type, config, files)
        golden[case] = encode(write(f"{case}/saved", model_type, config, older[case]) if case in older else folder)
    for saved in FOLDERS.glob("*/saved"):
        shutil.rmtree(saved)
    lines = {case: [json.dumps(row) for row in rows] for case, rows in golden.items()}
    text = ",\n".join(f' {json.dumps(case)}: [\n  ' + ",\n  ".join(rows) + "\n ]" for case, rows in lines.items())
    head = {"provenance": provenance("folders.tokenizer_folders", ("transformers", "tokenizers", "sentencepiece")), "texts": TEXTS, "pairs": PAIRS}
    (GOLDEN_FOLDERS / "tokenizers.json").write_text(
        json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n"cases": {\n' + text + "\n}}\n"
    )


if __name__ == "__main__":
    main()
