import type { ModelHour } from '../../catalogue.ts';
import type { Counted } from '../../count.ts';
import { type Database, execute, sql } from '../postgres/statement.ts';
import type { Prisma } from './client.ts';

const sumOf = (column: string): string => `(
  select array_agg(coalesce(a, 0) + coalesce(b, 0) order by place)
    from unnest(model_statistic.${column}, excluded.${column}) with ordinality as pair(a, b, place))`;

/** Adds a process's counts to the hour's row, histograms bucket by bucket. */
const addCounts = sql('statistic-add')`
insert into model_statistic (model, hour, succeeded, failed, cancelled, expired, latency, batches, compute_ms)
select model, date_trunc('hour', now()), succeeded, failed, cancelled, expired, latency, batches, "computeMs"
  from json_to_recordset($1::json) as counted(
       model text, succeeded int, failed int, cancelled int, expired int, latency int[], batches int[], "computeMs" float8)
 order by model
    on conflict (model, hour) do update
   set succeeded = model_statistic.succeeded + excluded.succeeded, failed = model_statistic.failed + excluded.failed,
       cancelled = model_statistic.cancelled + excluded.cancelled, expired = model_statistic.expired + excluded.expired,
       compute_ms = model_statistic.compute_ms + excluded.compute_ms,
       latency = ${sumOf('latency')}, batches = ${sumOf('batches')}`;

export async function writeCounts(database: Database, counted: readonly Counted[]): Promise<void> {
  if (counted.length > 0) await execute(database, addCounts, [JSON.stringify(counted)]);
}

export async function readHours(
  prisma: Prisma,
  filter: { readonly model?: string; readonly since: Date },
): Promise<readonly ModelHour[]> {
  const { model, since } = filter;
  const rows = await prisma.modelStatistic.findMany({
    where: { hour: { gte: since }, ...(model === undefined ? {} : { model }) },
    orderBy: [{ hour: 'asc' }, { model: 'asc' }],
  });
  return rows.map((row) => ({ ...row, hour: row.hour.toISOString() }));
}
