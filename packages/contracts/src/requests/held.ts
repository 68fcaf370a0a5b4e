/**
 * A request as its sender holds it: every member and list may be readonly, for nothing here changes what it
 * is given.
 */
export type Held<T> = T extends object ? { readonly [Key in keyof T]: Held<T[Key]> } : T;
