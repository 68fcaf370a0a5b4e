// The layers of docs/architecture.md as code: imports go downwards only.
const path = (names) => `^packages/(${names})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that import each other cannot be read, tested or moved alone.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'base-imports-nothing',
      severity: 'error',
      from: { path: path('base') },
      to: { path: '^(packages/(?!base/)|apps/)' },
    },
    {
      name: 'contracts-are-browser-safe',
      severity: 'error',
      comment: 'The dashboard imports contracts: nothing of Node may come with them.',
      from: { path: path('contracts'), pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'contracts-import-base-only',
      severity: 'error',
      from: { path: path('contracts') },
      to: { path: '^(packages/(?!base/|contracts/)|apps/)' },
    },
    {
      name: 'graphs-know-no-services',
      severity: 'error',
      comment: 'onnx and autodiff are libraries that are usable on their own.',
      from: { path: path('onnx|autodiff') },
      to: { path: '^(packages/(?!base/|onnx/|autodiff/|testkit/)|apps/)' },
    },
    {
      name: 'onnx-knows-no-autodiff',
      severity: 'error',
      from: { path: path('onnx') },
      to: { path: path('autodiff') },
    },
    {
      name: 'explain-and-attack-are-mathematics',
      severity: 'error',
      comment: 'They work over a context object and never see ONNX, queues or HTTP.',
      from: { path: path('explain|attack') },
      to: { path: '^(packages/(?!base/|contracts/|explain/|attack/|testkit/)|apps/)' },
    },
    {
      name: 'dialects-are-pure',
      severity: 'error',
      from: { path: path('dialects'), pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(packages/(?!base/|contracts/|dialects/)|apps/|node_modules/(express|bullmq|ioredis|pg)/)',
      },
    },
    {
      name: 'jobs-know-no-models',
      severity: 'error',
      from: { path: path('jobs') },
      to: { path: '^(packages/(onnx|autodiff|serving|tasks|explain|attack|inspect|dialects)/|apps/)' },
    },
    {
      name: 'what-runs-a-job-knows-no-queue',
      severity: 'error',
      from: { path: path('serving|tasks|inspect'), pathNot: '\\.test\\.ts$' },
      to: { path: '^(packages/(jobs|dialects|embedded|client|telemetry)/|apps/)' },
    },
    {
      name: 'serving-knows-no-tasks',
      severity: 'error',
      from: { path: path('serving') },
      to: { path: path('tasks|explain|attack|inspect') },
    },
    {
      name: 'tasks-know-no-explanations',
      severity: 'error',
      from: { path: path('tasks') },
      to: { path: path('explain|attack|inspect') },
    },
    {
      name: 'the-gateway-runs-no-model',
      severity: 'error',
      from: { path: '^apps/gateway/' },
      to: { path: path('onnx|autodiff|serving|tasks|explain|attack|inspect') },
    },
    {
      name: 'model-processes-touch-no-store',
      severity: 'error',
      from: { path: '^apps/worker/src/model-process/' },
      to: { path: `${path('jobs|embedded|client|dialects')}|^node_modules/(bullmq|ioredis|pg|@prisma)` },
    },
    {
      name: 'one-door-to-onnxruntime',
      severity: 'error',
      comment:
        'A blocked event loop loses locks: only the session thread (and tests, benches, the autodiff tool) may load it.',
      from: {
        path: '^(packages|apps)/',
        pathNot: '^packages/serving/src/session/|^packages/(onnx|autodiff)/|\\.test\\.ts$|/testing/',
      },
      to: { path: 'onnxruntime-node' },
    },
    {
      name: 'packages-import-no-apps',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/|/generated/' },
    exclude: { path: '/dist/|/generated/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@tessera/source', 'import', 'node', 'default'],
      mainFields: ['module', 'main'],
    },
  },
};
