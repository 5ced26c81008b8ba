// SM3 trees in the shape of RFC 6962.
import { concat, fromHex } from './bytes.js';
import { sm3 } from './sm.js';

/** leafHash is SM3 over 0x00 and the leaf's data, hex. */
export function leafHash(data) {
  return sm3(concat([0], data));
}

function nodeHash(left, right) {
  return sm3(concat([1], fromHex(left), fromHex(right)));
}

const maxPath = 130;

/** included tells whether leaf stands at index in the tree of size leaves under root (RFC 9162, 2.1.3.2). */
export function included(index, size, leaf, path, root) {
  let at = BigInt(index);
  let last = BigInt(size) - 1n;
  if (path.length > maxPath || at > last) return false;
  let hash = leaf;
  for (const next of path) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      hash = nodeHash(next, hash);
      while (!(at & 1n) && at !== 0n) {
        at >>= 1n;
        last >>= 1n;
      }
    } else {
      hash = nodeHash(hash, next);
    }
    at >>= 1n;
    last >>= 1n;
  }
  return last === 0n && hash === root;
}
