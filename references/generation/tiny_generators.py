"""Tiny random generation models: configurations, seeded weights, folders. `build_generator(name)` gives the torch model."""

import zlib

import torch
from references.common.model_folder import write_config, write_folder
from references.common.paths import TOKENIZERS
from references.common.random_weights import randomise
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    GenerationConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MarianConfig,
    MarianMTModel,
    OPTConfig,
    OPTForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)

from tokenizers import Tokenizer

POSITIONS = 128
LOGIT_STD = 3.0
GPT2_TOKENS = {name: "<|endoftext|>" for name in ("bos_token", "eos_token", "pad_token", "unk_token")}
OPT_TOKENS = {"bos_token": "</s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "</s>"}
LLAMA_TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<unk>", "unk_token": "<unk>"}
QWEN_TOKENS = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
SEQ2SEQ_TOKENS = {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
BART_TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}

ROTARY = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": POSITIONS}
SEQ2SEQ = {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "max_position_embeddings": POSITIONS, "dropout": 0.0, "attention_dropout": 0.0}


def gpt2(v):
    return GPT2LMHeadModel, GPT2Config(vocab_size=v, n_positions=POSITIONS, n_embd=32, n_layer=2, n_head=4, bos_token_id=0, eos_token_id=0, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0), {"pad_token_id": 0, "max_new_tokens": 12}


def opt(v):
    return OPTForCausalLM, OPTConfig(vocab_size=v, hidden_size=32, ffn_dim=64, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=POSITIONS, word_embed_proj_dim=32, dropout=0.0, attention_dropout=0.0, pad_token_id=1, bos_token_id=2, eos_token_id=2), {"max_new_tokens": 12}


def llama(v):
    return LlamaForCausalLM, LlamaConfig(vocab_size=v, bos_token_id=1, eos_token_id=2, pad_token_id=0, tie_word_embeddings=False, **ROTARY), {"max_new_tokens": 12, "do_sample": True, "temperature": 0.6, "top_p": 0.9}


def qwen2(v):
    return Qwen2ForCausalLM, Qwen2Config(vocab_size=v, bos_token_id=None, eos_token_id=2, pad_token_id=0, tie_word_embeddings=True, **ROTARY), {"eos_token_id": [2, 0], "pad_token_id": 0, "repetition_penalty": 1.1, "max_new_tokens": 12}


def t5(v):
    return T5ForConditionalGeneration, T5Config(vocab_size=v, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_decoder_layers=2, num_heads=4, relative_attention_num_buckets=8, relative_attention_max_distance=16, dropout_rate=0.0, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0), {"max_new_tokens": 12}


def bart(v):
    return BartForConditionalGeneration, BartConfig(vocab_size=v, bos_token_id=0, pad_token_id=1, eos_token_id=2, decoder_start_token_id=2, forced_eos_token_id=2, activation_dropout=0.0, **SEQ2SEQ), {"forced_eos_token_id": 2, "no_repeat_ngram_size": 3, "num_beams": 4, "early_stopping": True, "max_length": 20}


def marian(v):
    return MarianMTModel, MarianConfig(vocab_size=v, eos_token_id=0, pad_token_id=v - 1, decoder_start_token_id=v - 1, forced_eos_token_id=0, scale_embedding=True, share_encoder_decoder_embeddings=True, activation_dropout=0.0, **SEQ2SEQ), {"bad_words_ids": [[v - 1]], "num_beams": 4, "forced_eos_token_id": 0, "max_length": 24}


# name: (maker, tokenizer file, tokenizer class, tokens, embedding std, EOS row factor)
GENERATORS = {
    "gpt2-generation": (gpt2, "gpt2", "GPT2Tokenizer", GPT2_TOKENS, 0.5, 1.4),
    "opt-generation": (opt, "opt", "GPT2Tokenizer", OPT_TOKENS, 0.5, 1.8),
    "llama-generation": (llama, "llama", "LlamaTokenizer", LLAMA_TOKENS, 0.5, 1.8),
    "qwen2-generation": (qwen2, "qwen2", "Qwen2Tokenizer", QWEN_TOKENS, 0.5, 1.8),
    "t5-generation": (t5, "t5", "T5Tokenizer", SEQ2SEQ_TOKENS, 1.0, 1.8),
    "bart-generation": (bart, "roberta", "BartTokenizer", BART_TOKENS, 0.5, 2.4),
    "marian-generation": (marian, "marian", "MarianTokenizer", SEQ2SEQ_TOKENS, 0.2, 1.6),
}
LAST_NORM = {
    "gpt2": "transformer.ln_f", "opt": "model.decoder.final_layer_norm", "llama": "model.norm", "qwen2": "model.norm", "t5": "decoder.final_layer_norm",
    "bart": "model.decoder.layers.1.final_layer_norm", "marian": "model.decoder.layers.1.final_layer_norm",
}


def seed_of(name):
    return zlib.crc32(name.encode()) % 100_000


def is_encoder_decoder(model):
    return model.config.is_encoder_decoder


def random_logits(model):
    generator = torch.Generator().manual_seed(7)
    ids = torch.randint(3, model.config.vocab_size - 1, (4, 24), generator=generator)
    extra = {"decoder_input_ids": ids.flip(1)} if is_encoder_decoder(model) else {}
    with torch.no_grad():
        return model(input_ids=ids, **extra).logits


def last_norm(model):
    """The normalisation in front of the vocabulary, whose weight sets the scale of the logits."""
    return model.get_submodule(LAST_NORM[model.config.model_type])


def settle(model, generator):
    """Keep the text from freezing: random signs in the last norm (a tied vocabulary would echo the last token), no favourite token
    (its bias, where it has one, takes the mean away), logits of a few units."""
    norm = last_norm(model)
    norm.weight *= torch.randint(0, 2, norm.weight.shape, generator=generator) * 2 - 1
    if getattr(norm, "bias", None) is not None:
        seen = []
        handle = norm.register_forward_hook(lambda module, inputs, output: seen.append(output))
        random_logits(model)
        handle.remove()
        norm.bias -= seen[-1].reshape(-1, norm.bias.numel()).mean(0)
    std = random_logits(model).std()
    for parameter in norm.parameters():
        parameter *= LOGIT_STD / std


def build_generator(name):
    """Seeded torch model in eval mode, with its generation configuration."""
    maker, tokenizer, _, _, embedding_std, eos_factor = GENERATORS[name]
    vocabulary = Tokenizer.from_file(str(TOKENIZERS / f"{tokenizer}.json")).get_vocab_size()
    kind, config, defaults = maker(vocabulary)
    config._attn_implementation = "eager"
    torch.manual_seed(0)
    model = randomise(kind(config), seed_of(name), gain=1.5, position_std=0.8, embedding_std=embedding_std, keep=("embed_positions.weight",) if kind is MarianMTModel else ())
    ends = defaults.get("eos_token_id", config.eos_token_id)
    with torch.no_grad():
        model.get_output_embeddings().weight[ends] *= eos_factor
        for part, parameter in model.named_parameters():
            if "encoder_attn.out_proj" in part or "EncDecAttention.o" in part:
                parameter *= 0.4  # else the source text, equal at every step, drowns the target
        settle(model, torch.Generator().manual_seed(seed_of(name) + 1))
        if hasattr(model, "final_logits_bias"):
            model.final_logits_bias.copy_(0.3 * torch.randn(model.final_logits_bias.shape, generator=torch.Generator().manual_seed(3)))
    base = {key: getattr(config, key, None) for key in ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")}
    model.generation_config = GenerationConfig(**{key: value for key, value in {**base, **defaults}.items() if value is not None})
    return model.eval()


def write_generator(name, model, folder_name=None):
    """Text files of the folder, generation_config.json included."""
    _, tokenizer, tokenizer_class, tokens, _, _ = GENERATORS[name]
    side = {} if is_encoder_decoder(model) else {"padding_side": "left"}
    folder = write_folder(folder_name or name, model, tokenizer, tokenizer_class, tokens, POSITIONS, **side)
    settings = {key: value for key, value in model.generation_config.to_diff_dict().items() if key != "transformers_version"}
    write_config(folder / "generation_config.json", settings)
    return folder
