import { backends } from './testing/jobs-under-test.ts';
import { describeRuns } from './testing/runs.cases.ts';

for (const backend of backends) describeRuns(backend);
