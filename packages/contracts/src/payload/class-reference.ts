import { z } from 'zod';

/** A class by index or by label. */
export const classReference = z.union([z.int().min(0), z.string().min(1)]);
