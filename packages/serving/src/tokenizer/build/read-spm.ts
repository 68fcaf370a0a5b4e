import { BinaryReader, type WireType } from '@bufbuild/protobuf/wire';

/** What is read of a SentencePiece model; field numbers are those of sentencepiece_model.proto. */
export interface SentencePieceModel {
  readonly pieces: readonly { readonly piece: string; readonly score: number; readonly type: number }[];
  /** 1: unigram, 2: BPE, 3: word, 4: character. */
  readonly modelType: number;
  readonly unkId: number;
  readonly byteFallback: boolean;
  /** Normalisation compiled into a trie; empty where the model does none. */
  readonly charsmap: Uint8Array;
}

/** Kinds of pieces. */
export const pieceTypes = { control: 3, userDefined: 4 } as const;

/** Throws Error when the bytes are no SentencePiece model. */
export function readSentencePiece(bytes: Uint8Array): SentencePieceModel {
  const pieces: { piece: string; score: number; type: number }[] = [];
  let [modelType, unkId, byteFallback] = [1, 0, false];
  let charsmap = new Uint8Array();
  fields(bytes, {
    1: (reader) => {
      const piece = { piece: '', score: 0, type: 1 };
      fields(reader.bytes(), {
        1: (inner) => {
          piece.piece = inner.string();
        },
        2: (inner) => {
          piece.score = inner.float();
        },
        3: (inner) => {
          piece.type = inner.int32();
        },
      });
      pieces.push(piece);
    },
    2: (reader) =>
      fields(reader.bytes(), {
        3: (inner) => {
          modelType = inner.int32();
        },
        35: (inner) => {
          byteFallback = inner.bool();
        },
        40: (inner) => {
          unkId = inner.int32();
        },
      }),
    3: (reader) =>
      fields(reader.bytes(), {
        2: (inner) => {
          charsmap = new Uint8Array(inner.bytes());
        },
      }),
  });
  if (pieces.length === 0) throw new Error('it has no pieces');
  return { pieces, modelType, unkId, byteFallback, charsmap };
}

function fields(
  bytes: Uint8Array,
  read: Readonly<Record<number, (reader: BinaryReader, type: WireType) => void>>,
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const take = read[field];
    if (take) take(reader, type);
    else reader.skip(type, field);
  }
}
