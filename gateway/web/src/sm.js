// SM3 and SM2 as records use them: keys are points 04||x||y in hex, signatures
// ASN.1 DER over the message under the default user id. The arithmetic is
// sm-crypto-v2's; what counts as a signature is decided here as strictly as
// the ledger decides it.
import { sm2, sm3 as hash } from 'sm-crypto-v2';
import { fromHex, text, toHex } from './bytes.js';

/** sm3 is the hash of bytes, in lower-case hex. */
export function sm3(bytes) {
  return hash(bytes);
}

const order = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

/** keyId names a key: the SM3 of its point. */
export function keyId(point) {
  return sm3(fromHex(point));
}

/** isKey tells whether s is a point of the curve, as registered keys are. */
export function isKey(s) {
  if (typeof s !== 'string' || !/^04[0-9a-fA-F]{128}$/.test(s)) return false;
  try {
    return sm2.verifyPublicKey(s.toLowerCase());
  } catch {
    return false;
  }
}

/** verify tells whether sig is the key's SM2 signature with SM3 over message. */
export function verify(point, message, sig) {
  const rs = readDER(sig);
  if (!rs) return false;
  try {
    return sm2.doVerifySignature(message, rs, point.toLowerCase(), { hash: true });
  } catch {
    return false; // the library throws where a sum is no point
  }
}

// readDER reads SEQUENCE { INTEGER r, INTEGER s } in its one encoding and
// gives r||s in hex; null for anything else.
function readDER(sig) {
  if (sig.length < 8 || sig.length > 72 || sig[0] !== 0x30 || sig[1] !== sig.length - 2) return null;
  const r = readInteger(sig, 2);
  const s = r && readInteger(sig, r.end);
  return s && s.end === sig.length ? r.hex + s.hex : null;
}

function readInteger(sig, at) {
  const length = sig[at + 1];
  const end = at + 2 + length;
  if (sig[at] !== 2 || !(length >= 1 && length <= 33) || end > sig.length) return null;
  const body = sig.slice(at + 2, end);
  if (body[0] >= 0x80 || (body[0] === 0 && length > 1 && body[1] < 0x80)) return null;
  const n = BigInt('0x' + toHex(body));
  if (n < 1n || n >= order) return null;
  return { end, hex: n.toString(16).padStart(64, '0') };
}

/** selfTest throws unless SM2 and SM3 give the standards' own answers (GB/T 32905, GB/T 32918.5). */
export function selfTest() {
  const point = '04' + '09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020' +
    'ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13';
  const sig = fromHex('3046' + '022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3' +
    '022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa');
  if (sm3(text('abc')) !== '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0' ||
      !isKey(point) || !verify(point, text('message digest'), sig) || verify(point, text('message digesT'), sig)) {
    throw new Error('self-test: SM2 or SM3 is wrong on this device');
  }
}
