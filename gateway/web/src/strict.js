// JSON as strictly as the ledger reads it: no member twice, no byte order mark,
// no half of a surrogate pair. JSON.parse alone is laxer.

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** parseStrict reads the bytes of a JSON value; it throws where others could read another. */
export function parseStrict(bytes) {
  const s = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const value = JSON.parse(s);
  const open = []; // names met in each object that is open; null for a list
  let name = false; // whether the next text is a member's name
  for (const [t] of s.matchAll(token)) {
    if (t === '{') open.push(new Set());
    else if (t === '[') open.push(null);
    else if (t === '}' || t === ']') open.pop();
    else if (t[0] === '"') {
      const text = JSON.parse(t);
      if (/\p{Surrogate}/u.test(text)) throw new Error('is no text');
      if (name && open.at(-1).has(text)) throw new Error('has a member twice');
      if (name) open.at(-1).add(text);
    }
    name = t === '{' || (t === ',' && open.at(-1) !== null);
  }
  return value;
}
