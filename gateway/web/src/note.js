// Checkpoints as signed notes (C2SP signed-note, tlog-checkpoint) under SM2.
import { concat, fromBase64, fromHex, text, toHex } from './bytes.js';
import { sm3, verify } from './sm.js';

const maxNote = 16 << 10;
const maxLines = 32;
const dash = '— ';
const kindLog = concat([0xff], text('grainledger-sm2-sm3-log-v1'));
const kindWitness = concat([0xff], text('grainledger-sm2-sm3-cosignature-v1'));

/** isName tells whether s can name a log or a witness. */
export function isName(s) {
  const n = text(s).length;
  return n > 0 && n <= 128 && ![...s].some((c) => c <= ' ' || c === '+' || c === '\x7f' || c === '\ufffd');
}

/** parseNote reads a note: origin, size (BigInt), root (hex), body and lines; it throws where it is none. */
export function parseNote(raw) {
  const cut = raw.indexOf('\n\n');
  if (text(raw).length > maxNote || cut < 0) throw new Error('no note');
  const body = raw.slice(0, cut + 1);
  const signatures = raw.slice(cut + 2);
  const [origin, digits, root, end, ...more] = body.split('\n');
  if (end !== '' || more.length || !isName(origin) || !/^(0|[1-9][0-9]{0,18})$/.test(digits)) throw new Error('no checkpoint');
  const size = BigInt(digits);
  const hash = fromBase64(root);
  if (hash.length !== 32 || size >= 1n << 63n || !signatures.endsWith('\n')) throw new Error('no checkpoint');
  const lines = signatures.slice(0, -1).split('\n').map(parseLine);
  if (lines.length > maxLines) throw new Error('too many signatures');
  return { origin, size, root: toHex(hash), body, lines };
}

function parseLine(line) {
  const [name, blob, ...more] = line.slice(dash.length).split(' ');
  if (!line.startsWith(dash) || more.length || blob === undefined || !isName(name)) throw new Error('no signature line');
  const raw = fromBase64(blob);
  if (raw.length <= 4) throw new Error('no signature');
  return { name, hash: toHex(raw.slice(0, 4)), sig: raw.slice(4) };
}

function keyHash(name, kind, point) {
  return sm3(concat(text(name + '\n'), kind, fromHex(point))).slice(0, 8);
}

/** signedBy tells whether the log's key signed the note. */
export function signedBy(note, point) {
  const want = keyHash(note.origin, kindLog, point);
  return note.lines.some((l) => l.name === note.origin && l.hash === want && verify(point, text(note.body), l.sig));
}

/** cosignedBy is when the witness cosigned the note, in Unix seconds; null where it did not. */
export function cosignedBy(note, name, point) {
  const want = keyHash(name, kindWitness, point);
  for (const l of note.lines) {
    if (l.name !== name || l.hash !== want || l.sig.length <= 8) continue;
    const at = BigInt('0x' + toHex(l.sig.slice(0, 8)));
    const message = text(`cosignature/v1\ntime ${at}\n${note.body}`);
    if (at < 1n << 62n && verify(point, message, l.sig.slice(8))) return Number(at);
  }
  return null;
}
