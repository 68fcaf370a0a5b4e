-- AlterTable
ALTER TABLE "result" ADD COLUMN     "version" SMALLINT NOT NULL DEFAULT 1;
