// Signing with the enterprise's key: SM2 with SM3 in DER, as the ledger reads
// it. The nonce of each signature comes from the browser's own randomness.
import { sm2, sm3 as hash } from 'sm-crypto-v2';
import { concat, fromHex, text } from '../bytes.js';
import { keyId, sm3, verify } from '../sm.js';

/** sign is the DER signature of a key { d, point } over bytes. */
export function sign(key, message) {
  const rs = sm2.doSignature(message, key.d, { hash: true, publicKey: key.point });
  const sig = sequence(integer(rs.slice(0, 64)), integer(rs.slice(64)));
  // A signature that does not verify gives the key away where the arithmetic
  // is at fault, so none leaves unchecked.
  if (!verify(key.point, message, sig)) throw new Error('signature');
  return sig;
}

function integer(hex) {
  let bytes = fromHex(hex.replace(/^(00)+/, ''));
  if (bytes[0] >= 0x80) bytes = concat(new Uint8Array(1), bytes);
  return concat(new Uint8Array([2, bytes.length]), bytes);
}

function sequence(...parts) {
  const body = concat(...parts);
  return concat(new Uint8Array([0x30, body.length]), body);
}

/** newKey makes a signing key. */
export function newKey() {
  const pair = sm2.generateKeyPairHex();
  return fromPrivate(pair.privateKey);
}

/** fromPrivate is the key of a private number in hex. */
export function fromPrivate(d) {
  const point = sm2.getPublicKeyFromPrivateKey(d);
  return { d, point, id: keyId(point) };
}

/** signRecord seals, signs and wraps one row of a draft as the gateway takes it. */
export function signRecord(key, seal, row) {
  let payload = row.payload;
  const sealed = [];
  for (const open of row.open || []) {
    if (!seal) throw new Error('seal');
    const part = closePart(seal, open.part);
    payload = payload.replace(open.name, sm3(text(part)));
    sealed.push(toBase64(text(part)));
  }
  const bytes = text(payload);
  const out = {
    payloadType: row.payloadType,
    payload: toBase64(bytes),
    signatures: [{ keyid: key.id, sig: toBase64(sign(key, pae(row.payloadType, bytes))) }],
  };
  if (sealed.length) out.sealed = sealed;
  return out;
}

// closePart puts the salt into a sealed part: 16 bytes of HMAC-SM3 over the
// part without it, so that the same document is the same part again.
function closePart(seal, part) {
  const salt = hash(text(part), { key: fromHex(seal), mode: 'hmac' }).slice(0, 32);
  const closed = part.replace('"salt":""', () => '"salt":"' + salt + '"');
  if (closed === part) throw new Error('part');
  return closed;
}

// pae is the pre-authentication encoding of DSSE: the bytes that are signed.
function pae(type, payload) {
  return concat(text('DSSEv1 ' + text(type).length + ' ' + type + ' ' + payload.length + ' '), payload);
}

/** toBase64 is standard base64 with padding. */
export function toBase64(bytes) {
  let s = '';
  for (let i = 0; i < bytes.length; i += 4096) s += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(s);
}

const heading = 'GrainLedger login v1';

/**
 * readChallenge wants a login challenge of this very gateway for this key:
 * nothing else is ever signed as one.
 */
export function readChallenge(challenge, origin, id) {
  const m = /^([^\n]+)\ngateway: ([^\n]+)\nkey: ([0-9a-f]{64})\nissued: [^\n]+\nnonce: [0-9a-f]{32}\nmac: [0-9a-f]{64}\n$/.exec(challenge);
  if (!m || m[1] !== heading || m[3] !== id) throw new Error('challenge');
  if (m[2] !== origin) throw new Error('origin');
  return challenge;
}

