import { z } from 'zod';
import { roles } from '../names.ts';

/** Body of POST /v1/keys. */
export const newKey = z.strictObject({
  name: z.string().min(1).max(100).describe('What people call it.'),
  role: z
    .enum(roles)
    .default('caller')
    .describe('reader: looks; caller: also sends tasks; admin: also models and keys.'),
  requestsPerMinute: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .default(null)
    .describe("Requests that it may send per minute; null for the server's limit."),
});
export type NewKey = z.input<typeof newKey>;

/** A key as it is listed; the key itself is shown once, when it is made. */
export const keyView = z.object({
  id: z.string().describe('Its id, which tells nothing of the key itself.'),
  name: z.string().describe('What people call it.'),
  role: z.enum(roles).describe('What it may do.'),
  requestsPerMinute: z
    .int()
    .nullable()
    .describe("Requests that it may send per minute; null for the server's limit."),
  createdAt: z.string().describe('ISO 8601.'),
  revokedAt: z.string().nullable().describe('ISO 8601; null while it is good.'),
});
export type KeyView = z.infer<typeof keyView>;

/** Reply of GET /v1/keys. */
export const keyList = z.object({ keys: z.array(keyView).describe('Oldest first, revoked ones too.') });

/** Reply of POST /v1/keys: the only time the key itself can be seen. */
export const createdKey = keyView.extend({
  secret: z.string().describe('The key itself; send it as `Authorization: Bearer …`.'),
});
export type CreatedKey = z.infer<typeof createdKey>;
