import type { ModelHour } from '@tessera/contracts';
import type { StatisticsStore } from '../../ports/statistics.ts';
import { type Database, execute, milliseconds, sql } from './statement.ts';

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

const readHours = sql('statistic-read')`
select model, hour, succeeded, failed, cancelled, expired, latency, batches, compute_ms as "computeMs"
  from model_statistic
 where hour >= now() - ${milliseconds('$1::float8')} and ($2::text is null or model = $2)
 order by hour, model`;

/** Counts by model and hour, summed in the database. */
export function createPostgresStatistics(database: Database): StatisticsStore {
  return {
    async add(counted) {
      if (counted.length > 0) await execute(database, addCounts, [JSON.stringify(counted)]);
    },
    async read({ model, sinceHours }) {
      const rows = await execute<Omit<ModelHour, 'hour'> & { readonly hour: Date }>(database, readHours, [
        sinceHours * 3_600_000,
        model ?? null,
      ]);
      return rows.map((row) => ({ ...row, hour: row.hour.toISOString() }));
    },
  };
}
