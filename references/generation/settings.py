"""Prompts and options of the generation references."""

from references.common.corpus import ENGLISH

RANDOM_PROMPTS = [" ".join(line.split()[: 1 + (3 * index) % 8]) for index, line in enumerate(ENGLISH[:19])] + [
    "Le café près de", "I love this 😀", "Привет, как", "東京は", "two  spaces\nand a line",
]
CAPTION_PROMPTS = [
    "A little girl", "Two men", "A dog", "The", "Three people are standing", "A woman in a red dress", "An old man", "Children", "A man riding a bike", "Several people",
    "A boy wearing", "In the", "Someone is", "A black and white dog runs", "A group of young men", "The man with the hat", "Two", "A young woman is playing", "Men", "A crowd of people watch",
    "A baby", "One man in a blue shirt", "People walking", "A brown dog jumps over",
]
DATE_PROMPTS = [
    "the third of March, nineteen ninety-eight", "half past seven in the evening", "quarter to nine in the morning", "the 4th of July 1776", "May 5, 2021", "noon", "midnight", "ten past three in the afternoon",
    "December the twenty-fifth, two thousand and three", "the first of January, eighteen hundred", "twenty minutes to six in the evening", "five o'clock in the morning", "6:45 pm", "11 am", "June 30th, 1999", "the thirtieth of September, 2012",
    "August 1914", "quarter past eleven at night", "two thirty in the afternoon", "February 29, 2020", "the second of October, seventeen fifty", "one minute past one in the morning", "12 November 1989", "seven in the evening",
]

BASE = {"do_sample": False, "num_beams": 1, "repetition_penalty": 1.0, "no_repeat_ngram_size": 0, "max_new_tokens": 14}

# (name, options, number of prompts): prompts run in padded batches
BATCHED = [
    ("greedy", {}, 24),
    ("beam-3", {"num_beams": 3}, 24),
    ("beam-4-return-3", {"num_beams": 4, "num_return_sequences": 3, "length_penalty": 2.0, "early_stopping": True}, 24),
    ("beam-4-short", {"num_beams": 4, "num_return_sequences": 4, "length_penalty": -1.0, "early_stopping": False}, 8),
    ("beam-3-never", {"num_beams": 3, "num_return_sequences": 2, "length_penalty": 1.5, "early_stopping": "never"}, 8),
    ("beam-5-no-length-penalty", {"num_beams": 5, "length_penalty": 0.0}, 8),
    ("greedy-ngram-2", {"no_repeat_ngram_size": 2, "max_new_tokens": 24}, 8),
    ("beam-3-ngram-2", {"num_beams": 3, "no_repeat_ngram_size": 2}, 8),
    ("greedy-bad-words", {"bad_words_ids": None}, 8),
    ("beam-3-bad-words", {"bad_words_ids": None, "num_beams": 3}, 8),
    ("greedy-min-new-tokens", {"min_new_tokens": 10}, 8),
    ("beam-3-min-new-tokens", {"num_beams": 3, "min_new_tokens": 8}, 8),
    ("greedy-forced-eos", {"forced_eos_token_id": None, "max_new_tokens": 5}, 8),
    ("beam-3-forced-eos", {"forced_eos_token_id": None, "max_new_tokens": 5, "num_beams": 3}, 8),
    ("one-token", {"max_new_tokens": 1}, 8),
]

# These depend on padding in transformers (it counts pads as text), so each prompt runs alone
ALONE = [
    ("greedy-repetition-penalty", {"repetition_penalty": 1.3}, 8),
    ("beam-3-repetition-penalty", {"num_beams": 3, "repetition_penalty": 1.5}, 8),
    ("max-length", {"max_length": 28, "max_new_tokens": None}, 8),
    ("min-length", {"min_length": 26, "max_length": 30, "max_new_tokens": None}, 8),
    ("max-length-and-max-new-tokens", {"max_length": 9, "max_new_tokens": 12}, 4),
    ("everything", {"num_beams": 4, "num_return_sequences": 2, "repetition_penalty": 1.2, "no_repeat_ngram_size": 2, "min_new_tokens": 4, "length_penalty": 0.7, "bad_words_ids": None}, 8),
    ("stop-strings", {"stop_strings": None}, 4),
]

SAMPLING = [
    {"temperature": 0.7, "top_k": 0},
    {"top_k": 5},
    {"top_k": 0, "top_p": 0.8},
    {"top_k": 0, "min_p": 0.1},
    {"top_k": 0, "typical_p": 0.6},
    {"temperature": 1.4, "top_k": 30, "top_p": 0.9},
    {"temperature": 0.8, "top_k": 0, "top_p": 0.95, "repetition_penalty": 1.3, "no_repeat_ngram_size": 2, "min_new_tokens": 3},
    {"temperature": 2.0, "top_k": 40, "top_p": 0.9, "min_p": 0.02, "typical_p": 0.9},
]
