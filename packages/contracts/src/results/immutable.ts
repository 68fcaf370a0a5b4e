/** A value nobody changes any more, all the way down; what is read of a schema of replies. */
export type Immutable<T> = T extends readonly unknown[] | object
  ? { readonly [K in keyof T]: Immutable<T[K]> }
  : T;
