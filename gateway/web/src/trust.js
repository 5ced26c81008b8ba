// Trust files: whom the reader of a bundle believes. docs/bundles.md has the
// form.
import { text } from './bytes.js';
import { isName } from './note.js';
import { isKey, keyId, sm3 } from './sm.js';

/** parseTrust reads a trust file; it throws where it is none. */
export function parseTrust(s) {
  const t = JSON.parse(s);
  const keys = (set) => Array.isArray(set.keys) && set.keys.length > 0 && set.keys.every(isKey) &&
    new Set(set.keys.map(keyId)).size === set.keys.length &&
    Number.isInteger(set.threshold) && set.threshold >= 1 && set.threshold <= set.keys.length;
  const named = (list, name) => Array.isArray(list) && list.every((x) => typeof x[name] === 'string' && isName(x[name]) && isKey(x.key));
  const needed = t.witnessesNeeded;
  if (typeof t.root.uscc !== 'string' || !keys(t.root) || !(t.root.former || []).every(keys) ||
      !named(t.logs, 'origin') || !t.logs.length || !named(t.witnesses, 'name') ||
      !Number.isInteger(needed) || needed < 0 || needed > t.witnesses.length) {
    throw new Error('is no trust file');
  }
  return t;
}

/** fingerprint is how people compare the root of a trust file. */
export function fingerprint(t) {
  const lines = [t.root.uscc, String(t.root.threshold), ...t.root.keys.map(keyId)];
  return sm3(text(lines.map((l) => l + '\n').join(''))).slice(0, 32).replace(/(.{4})(?=.)/g, '$1 ');
}
