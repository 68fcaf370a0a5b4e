import { defineConfig } from 'vitest/config';

// Packages are tested from their sources: the export condition below points at src/ instead of dist/.
const conditions = ['@tessera/source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // onnxruntime is loaded in many tests; it must neither report home nor write below HOME and the temporary
    // folder.
    env: { ORT_DISABLE_TELEMETRY: '1', CHECKPOINT_DISABLE: '1', TURBO_TELEMETRY_DISABLED: '1' },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'system', include: ['test/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000 },
      },
    ],
  },
});
