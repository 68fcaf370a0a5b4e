export { decodePrediction } from './decode-prediction.ts';
export { type Deploy, decodeDeploy } from './deploy.ts';
export { type SquareRoutes, squareDialect } from './dialect.ts';
export { encodeError as encodeSquareError } from './encode-error.ts';
export { encodeQueued, encodeTask as encodeSquareTask, endedWithout, type Outcome } from './encode-task.ts';
export { inSquareWords } from './field-names.ts';
export { encodeDeployedModel, encodeDeployTask, encodeExplainers, isAlive } from './model-manager.ts';
export { decodeUpdate, encodeStatistics } from './statistics.ts';
