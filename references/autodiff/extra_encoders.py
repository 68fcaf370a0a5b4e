"""Encoders beyond the core: convolutional, disentangled, relative-position, rotary, pooled, sparse, layout-aware."""

import torch
from references.autodiff.architecture import ALL, ENCODER, IDS, PAIR, Architecture


def boxes(batch, length, generator):
    """Bounding boxes [batch, length, 4] with left ≤ right and top ≤ bottom."""
    corners = torch.randint(0, 16, (batch, length, 4), generator=generator)
    corners[..., 2:] += corners[..., :2]
    return corners


LAYOUT = dict(inputs=[*IDS, "bbox"], extra_inputs={"bbox": boxes})
T5 = dict(
    vocab_size=64,
    d_model=16,
    d_kv=8,
    d_ff=32,
    num_layers=2,
    num_heads=2,
    relative_attention_num_buckets=8,
    relative_attention_max_distance=16,
    pad_token_id=0,
    eos_token_id=1,
    decoder_start_token_id=0,
)
T5_SCALES = {".q.": 0.35}  # T5 folds 1/√d into the query weights
FUNNEL = dict(
    vocab_size=64, block_sizes=[1, 1], num_decoder_layers=1, d_model=16, n_head=2, d_head=8, d_inner=32, pad_token_id=0
)
FIXED = {(3, 11): (3, 12), (2, 9): (2, 12)}

ENCODERS = {
    # convolutional
    "convbert": Architecture(
        "ConvBert", dict(ENCODER, embedding_size=16, head_ratio=2, conv_kernel_size=3, num_attention_heads=4), PAIR, ALL
    ),
    "squeezebert": Architecture("SqueezeBert", dict(ENCODER, embedding_size=16), PAIR, ALL),
    "deberta-v2-conv": Architecture(
        "DebertaV2",
        dict(
            ENCODER,
            relative_attention=True,
            position_buckets=8,
            norm_rel_ebd="layer_norm",
            share_att_key=True,
            pos_att_type="p2c|c2p",
            position_biased_input=False,
            type_vocab_size=0,
            conv_kernel_size=3,
            conv_act="gelu",
        ),
    ),
    # disentangled
    "deberta": Architecture(
        "Deberta",
        dict(ENCODER, relative_attention=True, pos_att_type="c2p|p2c", max_relative_positions=8, type_vocab_size=0),
        IDS,
        ALL,
    ),
    # relative position
    "xlnet": Architecture(
        "XLNet",
        dict(vocab_size=64, d_model=16, n_layer=2, n_head=2, d_inner=32, pad_token_id=0, use_mems_eval=False),
        PAIR,
        ALL,
        classes={"qa": "XLNetForQuestionAnsweringSimple"},
    ),
    "funnel": Architecture(
        "Funnel",
        FUNNEL,
        PAIR,
        ALL,
        shapes=FIXED,
    ),
    "funnel-factorized-max": Architecture(
        "Funnel",
        dict(
            FUNNEL,
            attention_type="factorized",
            pooling_type="max",
        ),
        PAIR,
    ),
    "t5": Architecture(
        "T5",
        T5,
        IDS,
        ALL,
        end_of_sequence=1,
        scales=T5_SCALES,
    ),
    "mt5": Architecture(
        "MT5",
        dict(T5, feed_forward_proj="gated-gelu"),
        IDS,
        ("seqcls", "tokcls"),
        end_of_sequence=1,
        scales=T5_SCALES,
    ),
    "umt5": Architecture(
        "UMT5",
        T5,
        IDS,
        ("tokcls",),
        end_of_sequence=1,
        scales=T5_SCALES,
    ),
    # rotary
    "roformer": Architecture("RoFormer", dict(ENCODER, embedding_size=16), PAIR, ALL),
    "esm": Architecture(
        "Esm",
        dict(ENCODER, position_embedding_type="rotary", mask_token_id=4, pad_token_id=1, token_dropout=True),
        IDS,
        ("seqcls", "tokcls"),
        pad=1,
    ),
    "nomic-bert": Architecture("NomicBert", ENCODER, PAIR, ("seqcls", "tokcls")),
    "jina-v3": Architecture("JinaEmbeddingsV3", dict(ENCODER, pad_token_id=1), IDS, pad=1),
    "eurobert": Architecture(
        "EuroBert",
        dict(ENCODER, num_key_value_heads=1, bos_token_id=1, eos_token_id=2, mask_token_id=3),
        IDS,
        ("seqcls", "tokcls"),
    ),
    "gte": Architecture("Gte", dict(ENCODER, type_vocab_size=1), IDS, ("seqcls", "tokcls")),
    # bottleneck, pre-norm, quantisation-ready and renamed BERTs
    "mobilebert": Architecture(
        "MobileBert",
        dict(ENCODER, embedding_size=8, intra_bottleneck_size=16, num_feedforward_networks=2),
        PAIR,
        ALL,
        scales={"": 0.6},  # it normalises nowhere, so values would grow from layer to layer
    ),
    "megatron-bert": Architecture("MegatronBert", ENCODER, PAIR),
    "roberta-prelayernorm": Architecture(
        "RobertaPreLayerNorm", dict(ENCODER, pad_token_id=1, type_vocab_size=1), IDS, pad=1
    ),
    "xlm-roberta": Architecture("XLMRoberta", dict(ENCODER, pad_token_id=1, type_vocab_size=1), IDS, pad=1),
    "xlm-roberta-xl": Architecture("XLMRobertaXL", dict(ENCODER, pad_token_id=1, type_vocab_size=1), IDS, pad=1),
    "xmod": Architecture(
        "Xmod",
        dict(ENCODER, pad_token_id=1, type_vocab_size=1, languages=["en_XX"], default_language="en_XX"),
        IDS,
        pad=1,
    ),
    "data2vec-text": Architecture("Data2VecText", dict(ENCODER, pad_token_id=1, type_vocab_size=1), IDS, pad=1),
    "ernie": Architecture("Ernie", ENCODER, PAIR),
    "ibert": Architecture("IBert", dict(ENCODER, pad_token_id=1, type_vocab_size=1), IDS, ("seqcls", "qa"), pad=1),
    "rembert": Architecture("RemBert", dict(ENCODER, input_embedding_size=8, output_embedding_size=8), PAIR),
    "electra-small-swish": Architecture("Electra", dict(ENCODER, embedding_size=8, hidden_act="swish"), PAIR),
    "bert-relu": Architecture("Bert", dict(ENCODER, hidden_act="relu"), PAIR),
    "bert-gelu-new": Architecture("Bert", dict(ENCODER, hidden_act="gelu_new"), PAIR),
    "xlm": Architecture(
        "XLM",
        dict(n_words=64, emb_dim=16, n_layers=2, n_heads=2, max_position_embeddings=32, pad_index=0, pad_token_id=0),
        IDS,
        ALL,
        classes={"qa": "XLMForQuestionAnsweringSimple"},
    ),
    "flaubert": Architecture(
        "Flaubert",
        dict(n_words=64, emb_dim=16, n_layers=2, n_heads=2, max_position_embeddings=32, pad_index=0, pad_token_id=0),
        IDS,
        classes={"qa": "FlaubertForQuestionAnsweringSimple"},
    ),
    # layout
    "layoutlm": Architecture(
        "LayoutLM", dict(ENCODER, max_2d_position_embeddings=64), **LAYOUT, tasks=("seqcls", "tokcls")
    ),
    "lilt": Architecture(
        "Lilt", dict(ENCODER, hidden_size=24, max_2d_position_embeddings=64, channel_shrink_ratio=2), **LAYOUT
    ),
    # approximate and sparse attention
    "fnet": Architecture(
        "FNet",
        dict(
            vocab_size=64,
            hidden_size=16,
            num_hidden_layers=2,
            intermediate_size=32,
            max_position_embeddings=32,
            pad_token_id=0,
            use_tpu_fourier_optimizations=True,
            tpu_short_seq_length=12,
        ),
        ["input_ids", "token_type_ids"],
        ("seqcls",),
        shapes=FIXED,
    ),
    "nystromformer": Architecture(
        "Nystromformer", dict(ENCODER, num_landmarks=8, segment_means_seq_len=8, conv_kernel_size=3), PAIR
    ),
    "big-bird": Architecture("BigBird", dict(ENCODER, attention_type="original_full"), PAIR, ALL),
    "longformer": Architecture(
        "Longformer",
        dict(ENCODER, attention_window=[4, 4], pad_token_id=1, onnx_export=True),
        IDS,
        ("seqcls",),
        pad=1,
        shapes=FIXED,
    ),
}
