import { type NativeRoutes, nativeDialect } from '@tessera/dialects';
import type { GatewayDeps } from '../gateway-deps.ts';
import { createOpenRequests } from '../middleware/open-requests.ts';
import { openApiPage } from '../pages/openapi.ts';
import type { Handlers } from '../serve-dialect.ts';
import { taskEvents } from './events.ts';
import { createKey, listKeys, revokeKey } from './keys.ts';
import { changeModel, createModel, listModels, removeModel, showModel } from './models.ts';
import { listProblems, showProblem } from './problems.ts';
import { readEvaluation } from './read-submission.ts';
import { listExplainers, showStatistics, showStatus } from './service.ts';
import { submit, submitOrStream } from './submit.ts';
import { cancelTask, listTasks, showResult, showTask } from './tasks.ts';

/** Tessera's own API below /v1: who answers which route. */
export function nativeHandlers(deps: GatewayDeps): Handlers<NativeRoutes> {
  const streams = createOpenRequests(deps.maxEventStreams, 'MAX_EVENT_STREAMS');
  return {
    submit: submitOrStream(deps, streams),
    list: listTasks(deps),
    task: showTask(deps),
    result: showResult(deps),
    events: taskEvents(deps, streams),
    cancel: cancelTask(deps),
    'cancel-by-post': cancelTask(deps),
    evaluate: submit(deps, readEvaluation),
    models: listModels(deps),
    'model-create': createModel(deps),
    model: showModel(deps),
    'model-change': changeModel(deps),
    'model-remove': removeModel(deps),
    openapi: openApiPage(nativeDialect),
    status: showStatus(deps),
    statistics: showStatistics(deps),
    explainers: listExplainers,
    problems: listProblems,
    problem: showProblem,
    keys: listKeys(deps),
    'key-create': createKey(deps),
    'key-revoke': revokeKey(deps),
  };
}
