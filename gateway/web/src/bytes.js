// Bytes and their spellings. Every decoder takes the one spelling that an
// encoder makes, so that no two texts mean the same evidence.

/** text is a string as UTF-8. */
export function text(s) {
  return new TextEncoder().encode(s);
}

/** toHex is lower case. */
export function toHex(bytes) {
  let s = '';
  for (const b of bytes) s += (b < 16 ? '0' : '') + b.toString(16);
  return s;
}

/** fromHex reads hex of either case; it throws on anything else. */
export function fromHex(s) {
  if (s.length % 2 || /[^0-9a-fA-F]/.test(s)) throw new Error('is not hex');
  const out = new Uint8Array(s.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(s.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/** fromBase64 reads standard base64 with padding; it throws on any other spelling. */
export function fromBase64(s) {
  const raw = /^[A-Za-z0-9+/]*={0,2}$/.test(s) ? atob(s) : null;
  if (raw === null || btoa(raw) !== s) throw new Error('is not base64');
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}

/** concat puts byte arrays one behind the other. */
export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}
