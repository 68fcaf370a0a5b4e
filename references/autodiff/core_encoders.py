"""The eight encoders that are exported in every way: three tasks, three exporters, two kinds of attention."""

from references.autodiff.architecture import ALL, ENCODER, IDS, PAIR, Architecture

CORE = {
    "bert": Architecture("Bert", ENCODER, PAIR, ALL),
    "distilbert": Architecture(
        "DistilBert",
        dict(vocab_size=64, dim=16, n_layers=2, n_heads=2, hidden_dim=32, max_position_embeddings=32),
        IDS,
        ALL,
    ),
    "roberta": Architecture("Roberta", dict(ENCODER, type_vocab_size=1, pad_token_id=1), IDS, ALL, pad=1),
    "albert": Architecture("Albert", dict(ENCODER, embedding_size=8), PAIR, ALL),
    "mpnet": Architecture("MPNet", dict(ENCODER, pad_token_id=1), IDS, ALL, pad=1),
    "electra": Architecture("Electra", dict(ENCODER, embedding_size=8), PAIR, ALL),
    "deberta-v2": Architecture(
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
        ),
        IDS,
        ALL,
    ),
    "modernbert": Architecture(
        "ModernBert",
        dict(
            ENCODER,
            global_attn_every_n_layers=2,
            local_attention=8,
            bos_token_id=1,
            eos_token_id=2,
            cls_token_id=1,
            sep_token_id=2,
        ),
        IDS,
        ALL,
    ),
}
