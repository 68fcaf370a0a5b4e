import type { SubmitTask } from '../requests/submit-task.ts';
import type {
  AttackReport,
  BehaviourAttackReport,
  TriggerReport,
  WordAttackReport,
} from '../results/attack-report.ts';
import type { EvaluationReport } from '../results/evaluation-report.ts';
import type { Explanation } from '../results/explanation.ts';
import type { Prediction } from '../results/prediction.ts';
import type { TaskReply, TaskResultReply } from './task-reply.ts';

/** The report of an attack; of one of its forms where the method is known. */
type ReportOf<A> = A extends { readonly method: infer M extends string } ? ReportBy<M> : AttackReport;

type ReportBy<M extends string> = string extends M
  ? AttackReport
  : M extends 'universal_triggers'
    ? TriggerReport
    : M extends `checklist_${string}`
      ? BehaviourAttackReport
      : WordAttackReport;

/** Whether a request asks for something: surely, surely not, or perhaps. */
type Asks<S, K extends string> = K extends keyof S
  ? S[K] extends object
    ? true
    : S[K] extends null | undefined
      ? false
      : boolean
  : false;

/** What is found beside the prediction of a request. An attack may explain its steps, too. */
type FoundOf<S> = [Asks<S, 'attack'>, Asks<S, 'explain'>] extends [false, false]
  ? unknown
  : Asks<S, 'attack'> extends true
    ? { readonly attack: ReportOf<S['attack' & keyof S]>; readonly explanation?: Explanation }
    : [Asks<S, 'attack'>, Asks<S, 'explain'>] extends [false, true]
      ? { readonly explanation: Explanation }
      : { readonly explanation?: Explanation; readonly attack?: AttackReport };

/** The result of a request: its fields follow from task, explain and attack. */
export type ResultOf<S extends Pick<SubmitTask, 'task'>> = Omit<TaskResultReply, 'task' | 'fields'> & {
  readonly task: S['task'];
  readonly fields: Prediction<S['task']> & FoundOf<S>;
};

/** The reply to a request that may have waited for its result. */
export type ReplyOf<S extends Pick<SubmitTask, 'task'>> = Omit<TaskReply, 'result'> & {
  readonly result?: ResultOf<S>;
};

/** The report of a measured dataset: of explanations or of attacks, as the request names them. */
export type EvaluationOf<S> = S extends { readonly explain: object }
  ? Extract<EvaluationReport, { readonly kind: 'explain' }>
  : S extends { readonly attack: object }
    ? Extract<EvaluationReport, { readonly kind: 'attack' }>
    : EvaluationReport;
