/** A file that a pass made, and the names to use it by. */
export interface MadeFile<Names> {
  readonly path: string;
  readonly names: Names;
}
