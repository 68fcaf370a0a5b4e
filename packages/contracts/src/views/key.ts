import { z } from 'zod';
import { roles } from '../names.ts';

/** Body of POST /v1/keys. */
export const newKey = z.strictObject({
  name: z.string().min(1).max(100),
  role: z.enum(roles).default('caller'),
  requestsPerMinute: z.int().min(1).max(1_000_000).nullable().default(null),
});
export type NewKey = z.input<typeof newKey>;

/** A key as it is listed; the key itself is shown once, when it is made. */
export const keyView = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  requestsPerMinute: z.int().nullable(),
  createdAt: z.string(),
  revokedAt: z.string().nullable(),
});
export type KeyView = z.infer<typeof keyView>;

/** Reply of GET /v1/keys. */
export const keyList = z.object({ keys: z.array(keyView) });

/** Reply of POST /v1/keys: the only time the key itself can be seen. */
export const createdKey = keyView.extend({ secret: z.string() });
export type CreatedKey = z.infer<typeof createdKey>;
