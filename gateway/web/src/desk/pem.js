// The key files of grainctl: PKCS#8 in PEM for the signing key, 32 bytes in
// hex for the sealing key.
import { concat, fromBase64, fromHex, toHex } from '../bytes.js';
import { fromPrivate, toBase64 } from './sign.js';

// OIDs of an elliptic curve key and of the curve SM2.
const ecKey = '06072a8648ce3d0201';
const curve = '06082a811ccf5501822d';

/** readPEM is the signing key in a PEM file; it throws on anything else. */
export function readPEM(pem) {
  const m = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(pem);
  if (!m) throw new Error('pem');
  const [outer] = read(fromBase64(m[1].replace(/\s+/g, '')), 0x30);
  let [, rest] = read(outer, 0x02);
  let algorithm;
  [algorithm, rest] = read(rest, 0x30);
  if (toHex(algorithm) !== ecKey + curve) throw new Error('pem');
  const [octets] = read(rest, 0x04);
  const [inner] = read(octets, 0x30);
  [, rest] = read(inner, 0x02);
  const [d] = read(rest, 0x04);
  if (d.length !== 32) throw new Error('pem');
  return fromPrivate(toHex(d));
}

// read takes one DER element with the tag: its content, and what follows.
function read(bytes, tag) {
  let length = bytes[1];
  let at = 2;
  if (length === 0x81) [length, at] = [bytes[2], 3];
  else if (length === 0x82) [length, at] = [bytes[2] * 256 + bytes[3], 4];
  else if (length > 0x7f) throw new Error('pem');
  if (bytes[0] !== tag || at + length > bytes.length) throw new Error('pem');
  return [bytes.slice(at, at + length), bytes.slice(at + length)];
}

/** writePEM is the file of a signing key. */
export function writePEM(key) {
  const inner = element(0x30, element(0x02, [1]), element(0x04, fromHex(key.d)), element(0xa1, element(0x03, [0], fromHex(key.point))));
  const der = element(0x30, element(0x02, [0]), element(0x30, fromHex(ecKey + curve)), element(0x04, inner));
  return '-----BEGIN PRIVATE KEY-----\n' + toBase64(der).replace(/.{64}/g, '$&\n').trimEnd() + '\n-----END PRIVATE KEY-----\n';
}

function element(tag, ...parts) {
  const body = concat(...parts.map((p) => Uint8Array.from(p)));
  const head = body.length < 0x80 ? [tag, body.length] : [tag, 0x81, body.length];
  return concat(Uint8Array.from(head), body);
}

/** readSeal is the sealing key in a file, in hex. */
export function readSeal(s) {
  const hex = s.trim().toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new Error('seal');
  return hex;
}
