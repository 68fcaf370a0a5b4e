-- CreateTable
CREATE TABLE "model" (
    "identifier" TEXT NOT NULL,
    "normal_form" TEXT NOT NULL,
    "source" JSONB NOT NULL,
    "model_type" TEXT NOT NULL,
    "model_name" TEXT NOT NULL,
    "model_class" TEXT NOT NULL,
    "tasks" TEXT[],
    "labels" JSONB NOT NULL,
    "batch_size" INTEGER NOT NULL,
    "max_input" INTEGER NOT NULL,
    "disable_gpu" BOOLEAN NOT NULL,
    "return_plaintext_arrays" BOOLEAN NOT NULL,
    "onnx_use_quantized" BOOLEAN NOT NULL,
    "is_encoder_decoder" BOOLEAN NOT NULL,
    "preloaded_adapters" BOOLEAN NOT NULL,
    "capabilities" TEXT[],
    "owner" TEXT NOT NULL,
    "replicas" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "error" TEXT,
    "warnings" TEXT[],
    "sha256" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_pkey" PRIMARY KEY ("identifier")
);

-- CreateTable
CREATE TABLE "adapter" (
    "model" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "source" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "adapter_pkey" PRIMARY KEY ("model","identifier")
);

-- CreateTable
CREATE TABLE "task" (
    "id" UUID NOT NULL,
    "model" TEXT NOT NULL,
    "queue" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "task" TEXT NOT NULL,
    "payload" TEXT,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "losses" INTEGER NOT NULL DEFAULT 0,
    "priority" SMALLINT NOT NULL DEFAULT 0,
    "caller" TEXT NOT NULL,
    "idempotency_key" TEXT,
    "fingerprint" TEXT,
    "host" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "progress" TEXT,
    "events" JSONB NOT NULL DEFAULT '[]',
    "error" TEXT,
    "timings" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "queue_deadline" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "task_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "result" (
    "task_id" UUID NOT NULL,
    "fields" TEXT NOT NULL,
    "tensors" BYTEA,
    "warnings" TEXT[],
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "result_pkey" PRIMARY KEY ("task_id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "requests_per_minute" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host" (
    "host" TEXT NOT NULL,
    "hostname" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "models" JSONB NOT NULL,
    "memory_bytes" BIGINT NOT NULL,
    "gpus" TEXT[],
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "host_pkey" PRIMARY KEY ("host")
);

-- CreateTable
CREATE TABLE "model_statistic" (
    "model" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "succeeded" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "cancelled" INTEGER NOT NULL DEFAULT 0,
    "expired" INTEGER NOT NULL DEFAULT 0,
    "latency" INTEGER[],
    "batches" INTEGER[],
    "compute_ms" DOUBLE PRECISION NOT NULL DEFAULT 0,

    CONSTRAINT "model_statistic_pkey" PRIMARY KEY ("model","hour")
);

-- CreateIndex
CREATE UNIQUE INDEX "model_normal_form_key" ON "model"("normal_form");

-- CreateIndex
CREATE INDEX "task_state_queue_priority_id_idx" ON "task"("state", "queue", "priority" DESC, "id");

-- CreateIndex
CREATE INDEX "task_caller_id_idx" ON "task"("caller", "id");

-- CreateIndex
CREATE INDEX "task_finished_at_idx" ON "task"("finished_at");

-- CreateIndex
CREATE UNIQUE INDEX "task_caller_idempotency_key_key" ON "task"("caller", "idempotency_key");

-- CreateIndex
CREATE INDEX "result_expires_at_idx" ON "result"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- AddForeignKey
ALTER TABLE "result" ADD CONSTRAINT "result_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Tuning that Prisma's schema language has no word for (and its diff does not look at).

-- Floats do not compress: keep them out of line as they are.
ALTER TABLE "result" ALTER COLUMN "tensors" SET STORAGE EXTERNAL;

-- Every task row is written three times; clean up after hundreds of dead rows, not after a fifth of a large table.
ALTER TABLE "task" SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
