"""Train one small tokenizer per architecture, built like that architecture's published one.

Writes references/tokenizers/<arch>.json. The trainers break ties in hash order, so two trainings differ:
the files are committed and only missing ones are trained."""

import json

from references.common.corpus import ENGLISH, TRAINING_TEXT
from references.common.paths import TOKENIZERS

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

BERT_SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA_SPECIALS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def bert_template(tokenizer, cls="[CLS]", sep="[SEP]", type_of_second=1, double=False):
    middle = f"{sep}:0 {sep}:0" if double else f"{sep}:0"
    return processors.TemplateProcessing(
        single=f"{cls}:0 $A:0 {sep}:0",
        pair=f"{cls}:0 $A:0 {middle} $B:{type_of_second} {sep}:{type_of_second}",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (cls, sep)],
    )


def wordpiece(specials, unk, lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token=unk, max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase, strip_accents=None if lowercase else False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    tokenizer.train_from_iterator(TRAINING_TEXT, trainers.WordPieceTrainer(vocab_size=600, min_frequency=2, special_tokens=specials, show_progress=False))
    return tokenizer


def byte_level(specials, prefix_normalizer=None, size=600):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = prefix_normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=specials, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(TRAINING_TEXT, trainer)
    return tokenizer


def unigram(specials, unk, normalizer, pre_tokenizer, size=500):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=size, special_tokens=specials, unk_token=unk, show_progress=False)
    tokenizer.train_from_iterator(TRAINING_TEXT, trainer)
    return tokenizer


def bert():
    tokenizer = wordpiece(BERT_SPECIALS, "[UNK]", lowercase=True)
    tokenizer.post_processor = bert_template(tokenizer)
    return tokenizer


def distilbert():
    tokenizer = wordpiece(BERT_SPECIALS, "[UNK]", lowercase=False)
    tokenizer.post_processor = bert_template(tokenizer)
    return tokenizer


def mpnet():
    tokenizer = wordpiece(ROBERTA_SPECIALS, "<unk>", lowercase=True)
    tokenizer.post_processor = bert_template(tokenizer, "<s>", "</s>", double=True)
    return tokenizer


def roberta():
    tokenizer = byte_level(ROBERTA_SPECIALS)
    ids = {token: tokenizer.token_to_id(token) for token in ("<s>", "</s>")}
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", ids["</s>"]), ("<s>", ids["<s>"]), trim_offsets=True, add_prefix_space=False)
    return tokenizer


def modernbert():
    tokenizer = byte_level(BERT_SPECIALS, normalizers.NFC())
    tokenizer.post_processor = bert_template(tokenizer, type_of_second=0)
    return tokenizer


def albert():
    one_space = normalizers.Replace(Regex(" {2,}"), " ")
    normalizer = normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(), one_space])
    split = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer = unigram(["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"], "<unk>", normalizer, split)
    tokenizer.post_processor = bert_template(tokenizer)
    return tokenizer


def deberta_v2():
    normalizer = normalizers.Sequence([normalizers.Replace("\n", " "), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer = unigram(["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"], "[UNK]", normalizer, pre_tokenizers.Metaspace())
    tokenizer.post_processor = bert_template(tokenizer)
    return tokenizer


def xlm_roberta():
    normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    split = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer = unigram(ROBERTA_SPECIALS, "<unk>", normalizer, split)
    tokenizer.post_processor = bert_template(tokenizer, "<s>", "</s>", type_of_second=0, double=True)
    return tokenizer


def gpt2():
    tokenizer = byte_level(["<|endoftext|>"], size=400)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def opt():
    tokenizer = byte_level(["<s>", "<pad>", "</s>", "<unk>"], size=400)
    tokenizer.post_processor = processors.TemplateProcessing(single="</s> $A", pair="</s> $A </s> $B", special_tokens=[("</s>", tokenizer.token_to_id("</s>"))])
    return tokenizer


def qwen2():
    return byte_level(["<|endoftext|>", "<|im_start|>", "<|im_end|>"], normalizers.NFC(), size=400)


def llama():
    """SentencePiece-like BPE: spaces are ▁, characters outside the vocabulary fall back to byte pieces."""
    spaces = [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    base = Tokenizer(models.BPE(unk_token="<unk>"))
    base.normalizer = normalizers.Sequence(spaces)
    base.pre_tokenizer = pre_tokenizers.Split(Regex("▁?[^▁]+"), "isolated")
    trainer = trainers.BpeTrainer(vocab_size=220, special_tokens=["<unk>", "<s>", "</s>"], limit_alphabet=70, show_progress=False)
    base.train_from_iterator(ENGLISH, trainer)
    model = json.loads(base.to_str())["model"]
    pieces = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    pieces += [piece for piece in sorted(model["vocab"], key=model["vocab"].get) if piece not in pieces]
    merges = [tuple(pair) for pair in model["merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={piece: i for i, piece in enumerate(pieces)}, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence(spaces)
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])
    return tokenizer


def t5():
    split = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer = unigram(["<pad>", "</s>", "<unk>"], "<unk>", normalizers.NFKC(), split, size=360)
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return tokenizer


def marian():
    split = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer = unigram(["</s>", "<unk>"], "<unk>", normalizers.NFKC(), split, size=360)
    tokenizer.add_special_tokens(["<pad>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A $B </s>", special_tokens=[("</s>", 0)])
    return tokenizer


ENCODERS = (bert, distilbert, roberta, albert, mpnet, deberta_v2, modernbert, xlm_roberta)
GENERATORS = (gpt2, opt, qwen2, llama, t5, marian)


def main():
    TOKENIZERS.mkdir(exist_ok=True)
    for build in ENCODERS + GENERATORS:
        path = TOKENIZERS / f"{build.__name__.replace('_', '-')}.json"
        if path.exists():
            continue
        tokenizer = build()
        if build in ENCODERS:
            mask = "<mask>" if tokenizer.token_to_id("<mask>") is not None else "[MASK]"
            tokenizer.add_special_tokens([AddedToken(mask, lstrip=True, special=True)])
        tokenizer.save(str(path))
        print(path.name, tokenizer.get_vocab_size())


if __name__ == "__main__":
    main()
