import { z } from 'zod';

/**
 * SQuARE's wire, for the OpenAPI page. Its requests are read by the SQuARE dialect, whose coercions are wider
 * than a schema can say; these schemas say what a tidy client sends.
 */

const kwargs = z.record(z.string(), z.unknown()).default({});

export const predictionRequest = z
  .object({
    input: z
      .union([z.array(z.string()).min(1), z.array(z.array(z.string()).min(1).max(2)).min(1)])
      .describe('Texts, or lists of one or two texts. Question answering: [question, context].'),
    is_preprocessed: z.boolean().default(false).describe('Must be false.'),
    preprocessing_kwargs: kwargs.describe('max_length, stride or doc_stride, add_special_tokens.'),
    model_kwargs: kwargs.describe('output_attentions, output_hidden_states, average_adapters.'),
    task_kwargs: kwargs.describe(
      'is_regression, multiple_choice, embedding_mode, normalize, prompt, prompt_name, dimensions, topk, max_answer_len, show_null_answers; generation options.',
    ),
    explain_kwargs: kwargs.describe('method, top_k, mode.'),
    attack_kwargs: kwargs.describe(
      'method, saliency_method, max_flips, max_reductions, max_tokens, include_answer.',
    ),
    adapter_name: z
      .union([z.string(), z.array(z.string()), z.null()])
      .default('')
      .describe('An adapter of the model, or several; "" and null for none.'),
  })
  .describe('What to predict, and how.');

const taskId = z.string().describe('Ask for the result with it.');

export const queuedReply = z
  .object({ message: z.string().describe('What was queued.'), task_id: taskId })
  .describe('A task that was accepted.');

/** The reply of db/deploy: a task for each model. */
export const queuedDeploys = z
  .object({
    message: z.string().describe('Which models were queued.'),
    task_id: z.array(z.string()).describe('The ids of their deploys.'),
  })
  .describe('Deploys that were accepted.');

export const squareTaskReply = z
  .object({
    task_id: z.string().describe('The id that was asked for.'),
    status: z.enum(['Processing', 'Finished', 'Failed']).describe('Where the task is.'),
    result: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('The prediction, or what became of a management task.'),
    detail: z.string().optional().describe('Why it failed.'),
  })
  .describe('A task as its poller sees it.');

const batchSize = z.int().describe('Rows in one batch at the most.');
const maxInput = z.int().describe('Items in one request at the most.');
const disableGpu = z.boolean().describe('Whether it stays on the CPU.');
const plaintext = z.boolean().describe('Arrays as nested lists instead of base64 .npy files.');
const identifier = z.string().describe('The name in paths.');
const modelName = z.string().describe('The name at the hub.');
const modelType = z.string().describe("One of SQuARE's types; `onnx` is what runs here.");
const modelClass = z.string().describe('The kind of head, or from_config.');

/** A line of deployed-models. */
export const deployedModel = z
  .object({
    identifier,
    model_type: modelType,
    model_name: modelName,
    disable_gpu: disableGpu,
    batch_size: batchSize,
    max_input: maxInput,
    model_class: modelClass,
    return_plaintext_arrays: plaintext,
  })
  .describe('A model that is deployed.');

/** A line of deployed-model-workers. */
export const deployedWorkers = z
  .object({ identifier, num_containers: z.int().describe('Replicas that are wanted.') })
  .describe('How often a model runs.');

const isAlive = z.boolean().describe('Whether it answers.');
export const aliveReply = z.object({ is_alive: isAlive }).describe('A heartbeat.');
/** A line of health. */
export const modelAlive = z.object({ identifier, is_alive: isAlive }).describe('Whether a model answers.');

/** A line of explainers. */
export const explainerLine = z
  .object({
    identifier: z.string().describe('The value of explain_kwargs.method.'),
    method_name: z.string().describe('Its name for people.'),
    description: z.string().describe('What it does.'),
  })
  .describe('A way to explain a prediction.');

const tasksByWorker = z.record(z.string(), z.array(z.record(z.string(), z.unknown())));
/** The reply of task. */
export const managerTasks = z
  .object({
    scheduled: tasksByWorker.describe('Always empty.'),
    active: tasksByWorker.describe('Deploys under way.'),
    reserved: tasksByWorker.describe('Deploys that wait.'),
  })
  .describe('What the manager is doing.');

export const addedReply = z
  .object({ added: z.array(z.string()).describe('Models that were missing; there are never any.') })
  .describe('What an update of the database added.');

export const modelStatistics = z
  .object({
    model_type: modelType,
    model_name: modelName,
    batch_size: batchSize,
    max_input: maxInput,
    model_class: modelClass,
    disable_gpu: disableGpu,
    return_plaintext_arrays: plaintext,
    preloaded_adapters: z.boolean().describe('Whether adapters are loaded with the model.'),
    transformers_cache: z.string().nullable().describe('Without meaning here.'),
    model_path: z.string().nullable().describe('Without meaning here.'),
    decoder_path: z.string().nullable().describe('Without meaning here.'),
    onnx_use_quantized: z.boolean().nullable().describe('Whether the int8 file is used.'),
    is_encoder_decoder: z.boolean().nullable().describe('Whether it has an encoder and a decoder.'),
    warnings: z.array(z.string()).optional().describe('What a person should know of it.'),
  })
  .describe("A model's settings.");

/** The reply of the manager's update. */
export const managerUpdateReply = z
  .object({
    status_code: z.int().describe('The status of the update itself.'),
    content: modelStatistics.describe('The settings now.'),
  })
  .describe('What an update did.');

export const updateModel = z
  .object({
    disable_gpu: z.boolean().nullable().default(null).describe('Whether it stays on the CPU.'),
    batch_size: z
      .int()
      .min(1)
      .max(100_000)
      .nullable()
      .default(null)
      .describe('Rows in one batch at the most.'),
    max_input: z
      .int()
      .min(1)
      .max(100_000)
      .nullable()
      .default(null)
      .describe('Items in one request at the most.'),
    return_plaintext_arrays: z
      .boolean()
      .nullable()
      .default(null)
      .describe('Arrays as nested lists instead of base64 .npy files.'),
  })
  .describe('Settings to change; what is null or left out stays.');

export const deployRequest = z
  .object({
    identifier: z.string().default('').describe('The name in paths; model_name when empty.'),
    model_name: z.string().min(1).describe('The name at the hub, or of a model that is here already.'),
    model_type: z.string().default('').describe("One of SQuARE's types."),
    disable_gpu: disableGpu.default(true),
    batch_size: z.int().min(1).max(100_000).default(32).describe('Rows in one batch at the most.'),
    max_input: z.int().min(1).max(100_000).default(512).describe('Items in one request at the most.'),
    transformers_cache: z.string().default('../.cache').describe('Ignored.'),
    onnx_use_quantized: z.boolean().default(false).describe('Whether to use the int8 file.'),
    is_encoder_decoder: z.boolean().default(false).describe('Whether it has an encoder and a decoder.'),
    hf_token: z.string().nullable().default(null).describe('Ignored; the server has its own.'),
    adapter_id: z.string().nullable().default(null).describe('Ignored.'),
    custom_onnx_config: z.string().nullable().default(null).describe('Ignored.'),
    model_class: z.string().default('from_config').describe('The kind of head, or from_config.'),
    return_plaintext_arrays: plaintext.default(false),
    preloaded_adapters: z.boolean().default(true).describe('Whether adapters are loaded with the model.'),
  })
  .describe('A model to add and load.');

export const squareError = z
  .object({
    detail: z
      .union([
        z.string(),
        z.array(
          z.object({
            loc: z.array(z.union([z.string(), z.int()])).describe('Where the field is.'),
            msg: z.string().describe('What is wrong with it.'),
            type: z.string().describe("pydantic's name of the failure."),
          }),
        ),
      ])
      .describe('What went wrong: a text, or a list of fields that are wrong.'),
  })
  .describe("An error in FastAPI's form.");
