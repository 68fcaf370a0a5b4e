import { z } from 'zod';

/**
 * SQuARE's wire (contract-square §1.3, §1.5, §2), for the OpenAPI page. Its requests are read by the SQuARE dialect, whose
 * coercions are wider than a schema can say; these schemas say what a tidy client sends.
 */

const kwargs = z.record(z.string(), z.unknown()).default({});

export const predictionRequest = z.object({
  input: z
    .union([z.array(z.string()), z.array(z.array(z.string()).min(1).max(2))])
    .describe('Texts, or lists of one or two texts. Question answering: [question, context].'),
  is_preprocessed: z.boolean().default(false).describe('Must be false.'),
  preprocessing_kwargs: kwargs.describe('max_length, stride or doc_stride, add_special_tokens.'),
  model_kwargs: kwargs.describe('output_attentions, output_hidden_states, average_adapters.'),
  task_kwargs: kwargs.describe(
    'is_regression, multiple_choice, embedding_mode, normalize, topk, max_answer_len, show_null_answers; generation options.',
  ),
  explain_kwargs: kwargs.describe('method, top_k, mode.'),
  attack_kwargs: kwargs.describe(
    'method, saliency_method, max_flips, max_reductions, max_tokens, include_answer.',
  ),
  adapter_name: z.union([z.string(), z.array(z.string()), z.null()]).default(''),
});

export const queuedReply = z.object({ message: z.string(), task_id: z.string() });

export const squareTaskReply = z.object({
  task_id: z.string(),
  status: z.enum(['Processing', 'Finished', 'Failed']),
  result: z.record(z.string(), z.unknown()).optional(),
  detail: z.string().optional(),
});

export const modelStatistics = z.object({
  model_type: z.string(),
  model_name: z.string(),
  batch_size: z.int(),
  max_input: z.int(),
  model_class: z.string(),
  disable_gpu: z.boolean(),
  return_plaintext_arrays: z.boolean(),
  preloaded_adapters: z.boolean(),
  transformers_cache: z.string().nullable(),
  model_path: z.string().nullable(),
  decoder_path: z.string().nullable(),
  onnx_use_quantized: z.boolean().nullable(),
  is_encoder_decoder: z.boolean().nullable(),
});

export const updateModel = z.object({
  disable_gpu: z.boolean().nullable().default(null),
  batch_size: z.int().min(1).nullable().default(null),
  max_input: z.int().min(1).nullable().default(null),
  return_plaintext_arrays: z.boolean().nullable().default(null),
});

export const deployRequest = z.object({
  identifier: z.string().default(''),
  model_name: z.string().default(''),
  model_type: z.string().default(''),
  disable_gpu: z.boolean().default(true),
  batch_size: z.int().default(32),
  max_input: z.int().default(512),
  transformers_cache: z.string().default('../.cache'),
  onnx_use_quantized: z.boolean().default(false),
  is_encoder_decoder: z.boolean().default(false),
  hf_token: z.string().nullable().default(null),
  adapter_id: z.string().nullable().default(null),
  custom_onnx_config: z.string().nullable().default(null),
  model_class: z.string().default('from_config'),
  return_plaintext_arrays: z.boolean().default(false),
  preloaded_adapters: z.boolean().default(true),
});

export const squareError = z.object({
  detail: z.union([
    z.string(),
    z.array(z.object({ loc: z.array(z.union([z.string(), z.int()])), msg: z.string(), type: z.string() })),
  ]),
});
