import { describeJobs } from './testing/jobs.cases.ts';
import { backends } from './testing/jobs-under-test.ts';

for (const backend of backends) describeJobs(backend);
