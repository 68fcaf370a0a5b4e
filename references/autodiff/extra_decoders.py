"""Decoder-type and encoder-decoder classifiers: causal masks, rotary and ALiBi positions, grouped heads, last-token pooling."""

from references.autodiff.architecture import IDS, SIZE, Architecture

DECODER = dict(
    **SIZE,
    intermediate_size=32,
    max_position_embeddings=32,
    pad_token_id=0,
    bos_token_id=1,
    eos_token_id=2,
)
GROUPED = dict(DECODER, num_key_value_heads=1)
GPT2 = dict(
    vocab_size=64, n_embd=16, n_layer=2, n_head=2, n_positions=32, pad_token_id=0, bos_token_id=1, eos_token_id=2
)
SEQ2SEQ = dict(
    vocab_size=64,
    d_model=16,
    encoder_layers=2,
    decoder_layers=2,
    encoder_attention_heads=2,
    decoder_attention_heads=2,
    encoder_ffn_dim=32,
    decoder_ffn_dim=32,
    max_position_embeddings=32,
    pad_token_id=0,
    bos_token_id=1,
    eos_token_id=2,
    decoder_start_token_id=2,
    forced_eos_token_id=None,
)

GEMMA_SCALES = {"norm": 0.1}  # Gemma multiplies by 1 + weight

DECODERS = {
    "gpt2": Architecture("GPT2", GPT2, IDS, ("seqcls", "qa", "tokcls")),
    "openai-gpt": Architecture("OpenAIGPT", GPT2, IDS),
    "gpt-bigcode": Architecture("GPTBigCode", GPT2, IDS),
    "gptj": Architecture("GPTJ", dict(GPT2, rotary_dim=4), IDS),
    "gpt-neo": Architecture(
        "GPTNeo",
        dict(
            vocab_size=64,
            hidden_size=16,
            num_layers=2,
            num_heads=2,
            attention_types=[[["global", "local"], 1]],
            window_size=8,
            max_position_embeddings=32,
            intermediate_size=32,
            pad_token_id=0,
        ),
        IDS,
    ),
    "gpt-neox": Architecture("GPTNeoX", DECODER, IDS, ("seqcls", "qa")),
    "opt": Architecture(
        "OPT",
        dict(
            vocab_size=64,
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            ffn_dim=32,
            max_position_embeddings=32,
            word_embed_proj_dim=8,
            pad_token_id=1,
        ),
        IDS,
        ("seqcls", "qa"),
        pad=1,
    ),
    "bloom": Architecture("Bloom", dict(vocab_size=64, hidden_size=16, n_layer=2, n_head=2, pad_token_id=0), IDS),
    "ctrl": Architecture(
        "CTRL", dict(vocab_size=64, n_embd=16, dff=32, n_layer=2, n_head=2, n_positions=32, pad_token_id=0), IDS
    ),
    "biogpt": Architecture("BioGpt", dict(DECODER, pad_token_id=1), IDS, pad=1),
    "falcon": Architecture(
        "Falcon", dict(vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, pad_token_id=0), IDS
    ),
    "mpt": Architecture(
        "Mpt",
        dict(vocab_size=64, d_model=16, n_layers=2, n_heads=2, expansion_ratio=2, max_seq_len=32, pad_token_id=0),
        IDS,
    ),
    "llama": Architecture("Llama", GROUPED, IDS, ("seqcls", "qa", "tokcls")),
    "mistral": Architecture("Mistral", dict(GROUPED, sliding_window=8), IDS),
    "qwen2": Architecture("Qwen2", GROUPED, IDS, ("seqcls", "tokcls")),
    "qwen3": Architecture("Qwen3", dict(GROUPED, head_dim=8), IDS),
    "gemma": Architecture("Gemma", dict(GROUPED, head_dim=8), IDS, scales=GEMMA_SCALES),
    "gemma2": Architecture(
        "Gemma2", dict(GROUPED, head_dim=8, sliding_window=8, query_pre_attn_scalar=8), IDS, scales=GEMMA_SCALES
    ),
    "gemma3": Architecture(
        "Gemma3",
        dict(GROUPED, head_dim=8, sliding_window=8, query_pre_attn_scalar=8),
        IDS,
        scales=GEMMA_SCALES,
        config_name="Gemma3TextConfig",
        classes={"seqcls": "Gemma3TextForSequenceClassification"},
    ),
    "phi": Architecture("Phi", dict(DECODER, partial_rotary_factor=0.5), IDS),
    "phi3": Architecture("Phi3", GROUPED, IDS),
    "stablelm": Architecture("StableLm", GROUPED, IDS),
    "starcoder2": Architecture("Starcoder2", GROUPED, IDS),
    "persimmon": Architecture("Persimmon", DECODER, IDS),
    "nemotron": Architecture("Nemotron", GROUPED, IDS),
    "olmo2": Architecture("Olmo2", GROUPED, IDS),
    "glm": Architecture("Glm", dict(GROUPED, head_dim=8), IDS),
    "smollm3": Architecture("SmolLM3", GROUPED, IDS),
    "diffllama": Architecture("DiffLlama", dict(GROUPED, num_attention_heads=4, num_key_value_heads=2), IDS),
    "modernbert-decoder": Architecture(
        "ModernBertDecoder",
        dict(DECODER, global_attn_every_n_layers=2, local_attention=16, cls_token_id=1, sep_token_id=2),
        IDS,
    ),
    "bart": Architecture("Bart", SEQ2SEQ, IDS, ("seqcls", "qa"), end_of_sequence=2),
    "mbart": Architecture("MBart", SEQ2SEQ, IDS, end_of_sequence=2),
}
