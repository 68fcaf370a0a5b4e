/** Makes task ids; injected so that tests can count instead. */
export type NewId = () => string;

/**
 * New ids: UUID version 7 (RFC 9562 §5.7), 48 bits of milliseconds, then random bits. The ids of one process
 * sort by birth even within a millisecond and when the clock steps back: rand_a is a counter with a random
 * start (§6.2, method 1).
 */
export function newIdFrom(
  now: () => number,
  random: (size: number) => Uint8Array = pooledRandomBytes(),
): NewId {
  let lastMs = -1;
  let counter = 0;
  return () => {
    const bytes = Uint8Array.from(random(16));
    const view = new DataView(bytes.buffer);
    const nowMs = now();
    if (nowMs > lastMs) {
      lastMs = nowMs;
      // Only half of the 12 bits, so that there is room to count up.
      counter = view.getUint16(6) & 0x7ff;
    } else if (++counter > 0xfff) {
      lastMs++;
      counter = 0;
    }
    view.setUint16(0, Math.floor(lastMs / 2 ** 32));
    view.setUint32(2, lastMs % 2 ** 32);
    view.setUint16(6, 0x7000 | counter);
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => hexOfByte[byte]!).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  };
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Random bytes drawn from the system in larger pieces: one system call for each id costs more than the rest
 * of it.
 */
function pooledRandomBytes(): (size: number) => Uint8Array {
  const poolSize = 4096;
  let pool = new Uint8Array(0);
  return (size) => {
    // Web Crypto, because Node and browsers both have it; it fills at most 65,536 bytes at once.
    if (pool.length < size) pool = crypto.getRandomValues(new Uint8Array(Math.max(poolSize, size)));
    const bytes = pool.subarray(0, size);
    pool = pool.subarray(size);
    return bytes;
  };
}
