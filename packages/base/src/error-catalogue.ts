/**
 * One row per failure a caller can meet: HTTP status, whether the job may be tried again, and the public
 * text.
 *
 * `{name}` in a text is filled from the error's detail. Every text says what to do next; nothing else of the
 * error (cause, stack, log) ever leaves the process.
 */
export interface ErrorRow {
  readonly status: number;
  readonly retry: boolean;
  readonly text: string;
}

export const errorCatalogue = {
  INPUT_INVALID: { status: 422, retry: false, text: '{field}: {problem}' },
  BODY_NOT_JSON: {
    status: 400,
    retry: false,
    text: 'The body is not valid JSON: {problem}. Send a JSON object with content-type application/json.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    retry: false,
    text: 'The body is larger than {limit} bytes. Send fewer or shorter inputs, or raise MAX_BODY_BYTES.',
  },
  BODY_TOO_DEEP: {
    status: 422,
    retry: false,
    text: 'The body is nested deeper than {limit} levels. Send a flat prediction request.',
  },
  ROUTE_UNKNOWN: { status: 404, retry: false, text: 'Not Found' },
  METHOD_NOT_ALLOWED: { status: 405, retry: false, text: 'Method Not Allowed' },
  UNAUTHENTICATED: { status: 401, retry: false, text: 'Send a valid key as "Authorization: Bearer <key>".' },
  FORBIDDEN: { status: 403, retry: false, text: 'This key may not do that: it needs the role {role}.' },
  FOREIGN_PAGE: {
    status: 403,
    retry: false,
    text: 'This server has no keys yet, so it answers only this machine, and {what} is not of it. Make a key with POST /v1/keys, or add the name to TRUSTED_HOSTS.',
  },
  JSON_REQUIRED: {
    status: 415,
    retry: false,
    text: 'The content type "{type}" is not taken while this server has no keys. Send JSON with content-type application/json.',
  },
  RATE_LIMITED: {
    status: 429,
    retry: true,
    text: 'Too many requests. Wait {seconds} seconds and send again.',
  },
  TOO_MANY_OPEN: {
    status: 429,
    retry: true,
    text: 'You hold {limit} requests of this kind open, which is the limit. Let some of them end, or raise {setting}.',
  },
  MODEL_UNKNOWN: {
    status: 404,
    retry: false,
    text: 'No model is called "{model}". GET /v1/models lists the models there are.',
  },
  MODEL_REMOVED: {
    status: 410,
    retry: false,
    text: 'The model was removed while the task waited for it. GET /v1/models lists the models there are.',
  },
  MODEL_EXISTS: {
    status: 409,
    retry: false,
    text: 'A model called "{model}" exists already (names that differ only in "/" and "-" are the same). Choose another identifier.',
  },
  MODEL_UNUSABLE: {
    status: 422,
    retry: false,
    text: 'Model "{model}" was not added. {reason}',
  },
  MODEL_TASK_MISMATCH: {
    status: 422,
    retry: false,
    text: 'task: model "{model}" cannot do {task}; it can do {possible}.',
  },
  MODEL_UPDATE_REFUSED: { status: 400, retry: false, text: '{problem}' },
  MODEL_LOAD_FAILED: { status: 500, retry: false, text: 'Model "{model}" could not be loaded: {reason}' },
  MODEL_RUN_FAILED: {
    status: 500,
    retry: false,
    text: 'Model "{model}" failed while it ran: {reason}',
  },
  MODEL_FILES_MISSING: {
    status: 500,
    retry: false,
    text: 'Model "{model}" has no {file}. Put the transformers.js layout (config.json, tokenizer.json, onnx/model.onnx) into its folder.',
  },
  MODEL_DOWNLOAD_FAILED: {
    status: 502,
    retry: true,
    text: 'Model "{model}" could not be downloaded: {reason}. Check HF_ENDPOINT, the revision and the token.',
  },
  GPU_REQUIRED: {
    status: 503,
    retry: false,
    text: 'Model "{model}" wants a GPU and this host has none that onnxruntime can use. Run "npm run gpu" on a CUDA machine, or unset REQUIRE_GPU.',
  },
  TASK_UNKNOWN: {
    status: 404,
    retry: false,
    text: 'No task has the id "{taskId}". It may never have existed, or belong to another key.',
  },
  TASK_EXPIRED: {
    status: 410,
    retry: false,
    text: 'The result of task "{taskId}" has expired. Submit the task again.',
  },
  TASK_NOT_FINISHED: {
    status: 409,
    retry: true,
    text: 'Task "{taskId}" is {state}. Ask again when it has finished.',
  },
  TASK_NOT_CANCELLABLE: { status: 409, retry: false, text: 'Task "{taskId}" is already {state}.' },
  TASK_CANCELLED: { status: 409, retry: false, text: 'The task was cancelled.' },
  TASK_TIMED_OUT: {
    status: 504,
    retry: false,
    text: 'The task ran longer than {seconds} seconds and was stopped. Send fewer inputs, or raise TASK_TIMEOUT_SECONDS.',
  },
  TASK_QUEUE_EXPIRED: {
    status: 504,
    retry: false,
    text: 'The task waited longer than its time to live and was dropped. Submit it again, or give it a longer one.',
  },
  TASK_POISONOUS: {
    status: 500,
    retry: false,
    text: 'The model process ended ({signal}) each time this task ran. Check the input against the model, or report the model.',
  },
  WORKER_LOST: {
    status: 500,
    retry: true,
    text: 'The worker that ran the task was lost {attempts} times. Submit it again; if it happens again, look at the worker log.',
  },
  KEY_UNKNOWN: {
    status: 404,
    retry: false,
    text: 'No key has the id "{id}". GET /v1/keys lists the keys there are.',
  },
  IDEMPOTENCY_CONFLICT: {
    status: 409,
    retry: false,
    text: 'This Idempotency-Key was used with a different request. Use a new key for a new request.',
  },
  RESULT_TOO_LARGE: {
    status: 500,
    retry: false,
    text: 'The result has {bytes} bytes, over the limit of {limit}. Ask for fewer inputs or outputs, or raise MAX_RESULT_BYTES.',
  },
  OUTPUT_UNAVAILABLE: { status: 422, retry: false, text: '{field}: the model has no {output}. {hint}' },
  GRADIENT_UNSUPPORTED: {
    status: 422,
    retry: false,
    text: 'The model cannot be differentiated: {operators}. {hint}',
  },
  GRADIENT_UNREACHABLE: {
    status: 422,
    retry: false,
    text: 'No path of differentiable operators leads from {wrt} to {of}.',
  },
  ONNX_INVALID: {
    status: 422,
    retry: false,
    text: 'The file is not an ONNX model this program can use: {problem}',
  },
  ADAPTER_EXISTS: {
    status: 409,
    retry: false,
    text: 'Model "{model}" has an adapter "{adapter}" already. Choose another identifier.',
  },
  ADAPTER_UNFIT: {
    status: 422,
    retry: false,
    text: '{field}: adapter "{adapter}" does not fit model "{model}": {problem}',
  },
  CAPABILITY_MISSING: {
    status: 422,
    retry: false,
    text: '{field}: model "{model}" has no {capability}. {hint}',
  },
  FEATURE_UNAVAILABLE: { status: 422, retry: false, text: '{field}: {problem}' },
  SERVICE_UNAVAILABLE: {
    status: 503,
    retry: true,
    text: 'The {part} cannot be reached at the moment. Nothing was accepted; send the request again in a few seconds.',
  },
  EMBEDDED_DATABASE_FAILED: {
    status: 503,
    retry: true,
    text: 'The embedded database could not be started: {reason}. Look at postgres.log in TESSERA_HOME, or set DATABASE_URL to a Postgres of your own.',
  },
  HOME_IN_USE: {
    status: 503,
    retry: false,
    text: 'Another Tessera (process {pid}) runs from {home}. Stop it, or set TESSERA_HOME to another folder.',
  },
  MIGRATION_FAILED: {
    status: 503,
    retry: false,
    text: 'The database could not be brought up to date: {problem}',
  },
  INTERNAL: {
    status: 500,
    retry: true,
    text: 'Something went wrong on our side (request {requestId}). The log has the details.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorCatalogue;
