"""Configurations of the tiny random encoders: two layers, 32 wide, 64 positions."""

from transformers import (
    AlbertConfig,
    BertConfig,
    DebertaV2Config,
    DistilBertConfig,
    ElectraConfig,
    ModernBertConfig,
    MPNetConfig,
    RobertaConfig,
    XLMRobertaConfig,
)

MAX_LENGTH = 64
BERT_IDS = {"pad_token_id": 0, "unk_token_id": 1, "cls_token_id": 2, "sep_token_id": 3, "mask_token_id": 4}
BERT_TOKENS = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
ROBERTA_TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}
ALBERT_TOKENS = {**BERT_TOKENS, "pad_token": "<pad>", "unk_token": "<unk>"}

WIDTH = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


def bert(vocabulary):
    return BertConfig(vocab_size=vocabulary, max_position_embeddings=MAX_LENGTH, pad_token_id=0, **WIDTH, **NO_DROPOUT)


def distilbert(vocabulary):
    return DistilBertConfig(vocab_size=vocabulary, max_position_embeddings=MAX_LENGTH, pad_token_id=0, dim=32, n_layers=2, n_heads=4, hidden_dim=64, dropout=0.0, attention_dropout=0.0, qa_dropout=0.0, seq_classif_dropout=0.0)


def roberta(vocabulary):
    return RobertaConfig(vocab_size=vocabulary, max_position_embeddings=MAX_LENGTH + 2, type_vocab_size=1, bos_token_id=0, pad_token_id=1, eos_token_id=2, **WIDTH, **NO_DROPOUT)


def albert(vocabulary):
    return AlbertConfig(vocab_size=vocabulary, embedding_size=16, max_position_embeddings=MAX_LENGTH, pad_token_id=0, bos_token_id=2, eos_token_id=3, num_hidden_groups=1, inner_group_num=1, classifier_dropout_prob=0.0, **WIDTH, **NO_DROPOUT)


def mpnet(vocabulary):
    return MPNetConfig(vocab_size=vocabulary, max_position_embeddings=MAX_LENGTH + 2, bos_token_id=0, pad_token_id=1, eos_token_id=2, **WIDTH, **NO_DROPOUT)


def electra(vocabulary):
    return ElectraConfig(vocab_size=vocabulary, embedding_size=16, max_position_embeddings=MAX_LENGTH, pad_token_id=0, **WIDTH, **NO_DROPOUT)


def deberta_v2(vocabulary):
    return DebertaV2Config(
        vocab_size=vocabulary, max_position_embeddings=MAX_LENGTH, max_relative_positions=-1, position_buckets=16, relative_attention=True, pos_att_type=["p2c", "c2p"],
        norm_rel_ebd="layer_norm", share_att_key=True, position_biased_input=False, type_vocab_size=0, pad_token_id=0, pooler_dropout=0.0, pooler_hidden_size=32, **WIDTH, **NO_DROPOUT)


def modernbert(vocabulary):
    return ModernBertConfig(
        vocab_size=vocabulary, max_position_embeddings=MAX_LENGTH, pad_token_id=0, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3, global_attn_every_n_layers=2, local_attention=16,
        hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, classifier_pooling="mean", reference_compile=False)


def xlm_roberta(vocabulary):
    return XLMRobertaConfig(vocab_size=vocabulary, max_position_embeddings=MAX_LENGTH + 2, type_vocab_size=1, bos_token_id=0, pad_token_id=1, eos_token_id=2, **WIDTH, **NO_DROPOUT)


# arch: (config maker, tokenizer file, tokenizer class, special tokens, has token_type_ids, has a pooler)
ARCHITECTURES = {
    "bert": (bert, "bert", "BertTokenizer", BERT_TOKENS, True, True),
    "distilbert": (distilbert, "distilbert", "DistilBertTokenizer", BERT_TOKENS, False, False),
    "roberta": (roberta, "roberta", "RobertaTokenizer", ROBERTA_TOKENS, False, True),
    "albert": (albert, "albert", "AlbertTokenizer", ALBERT_TOKENS, True, True),
    "mpnet": (mpnet, "mpnet", "MPNetTokenizer", ROBERTA_TOKENS, False, True),
    "electra": (electra, "bert", "ElectraTokenizer", BERT_TOKENS, True, False),
    "deberta-v2": (deberta_v2, "deberta-v2", "DebertaV2Tokenizer", BERT_TOKENS, False, False),
    "modernbert": (modernbert, "modernbert", "PreTrainedTokenizerFast", BERT_TOKENS, False, False),
    "xlm-roberta": (xlm_roberta, "xlm-roberta", "XLMRobertaTokenizer", ROBERTA_TOKENS, False, True),
}

SENTIMENTS = ["negative", "neutral", "positive"]
ENTITIES = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


def label_maps(labels):
    return {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}}
