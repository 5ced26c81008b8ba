// The form of bundles. A bundle has one spelling: read, put into the order of
// its members and written again, it must be the same text. That refuses
// repeated and unknown members, other spellings of numbers, and spaces.
import { concat, fromBase64, text } from './bytes.js';
import { sm3 } from './sm.js';

export const bundleForm = 'grainledger/bundle/v1';
const maxBytes = 16 << 20;
const maxRecords = 2000;
const maxSignatures = 16;
const maxPayload = 128 << 10;
const maxGrams = 1e15;

/** parseBundle reads a bundle; it throws an error that says what is wrong. */
export function parseBundle(raw) {
  if (raw.length > maxBytes) fail('is too large');
  const s = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
  const b = bundle(JSON.parse(s));
  if (JSON.stringify(b) !== s) fail('is not in its one spelling');
  check(b);
  return b;
}

function fail(why) {
  throw new Error(why);
}

const string = (v) => (typeof v === 'string' ? v : fail('a text is missing'));
const whole = (v) => (Number.isSafeInteger(v) && v >= 0 ? v : fail('a number is missing or out of bounds'));
const grams = (v) => (whole(v) <= maxGrams ? v : fail('a weight is out of bounds'));
const hash = (v) => (/^[0-9a-f]{64}$/.test(string(v)) ? v : fail('a hash is missing'));
const list = (v, item) => (Array.isArray(v) ? v.map(item) : fail('a list is missing'));
const object = (v) => (v !== null && typeof v === 'object' && !Array.isArray(v) ? v : fail('an object is missing'));

// Each of these puts an object's members into their order; what is missing
// or of another kind is refused, what is unknown is left out.
function bundle(v) {
  object(v);
  return {
    bundle: string(v.bundle), subject: subject(v.subject), checkpoint: string(v.checkpoint), anchor: anchor(v.anchor),
    records: list(v.records, entry), registry: list(v.registry, entry), coverage: coverage(v.coverage),
  };
}

function subject(v) {
  const out = { lot: string(object(v).lot) };
  if (v.gtin !== undefined) out.gtin = string(v.gtin) || fail('gtin is empty');
  if (v.batch !== undefined) out.batch = string(v.batch) || fail('batch is empty');
  return out;
}

function anchor(v) {
  return { envelope: envelope(object(v).envelope), tx: hash(v.tx), block: whole(v.block) };
}

function entry(v) {
  return { envelope: envelope(object(v).envelope), index: whole(v.index), path: list(v.path, hash) };
}

function envelope(v) {
  return {
    payloadType: string(object(v).payloadType), payload: string(v.payload),
    signatures: list(v.signatures, (s) => ({ keyid: string(object(s).keyid), sig: string(s.sig) })),
  };
}

function coverage(v) {
  object(v);
  return {
    grams: grams(v.grams), covered: whole(v.covered), basisPoints: whole(v.basisPoints),
    origins: list(v.origins, (o) => ({ lot: string(object(o).lot), grams: grams(o.grams) })),
    originsTotal: whole(v.originsTotal), originsLeftOut: whole(v.originsLeftOut),
    recordsTotal: whole(v.recordsTotal), recordsLeftOut: whole(v.recordsLeftOut),
  };
}

function check(b) {
  if (b.bundle !== bundleForm) fail('is of another form');
  if (!b.subject.lot || !b.subject.gtin !== !b.subject.batch) fail('the subject is not one');
  checkEnvelope(b.anchor.envelope);
  for (const entries of [b.records, b.registry]) {
    if (entries.length < 1 || entries.length > maxRecords) fail('a list is empty or too long');
    entries.forEach((e, i) => {
      if (e.path.length > 130 || (i > 0 && entries[i - 1].index >= e.index)) fail('a list is not in the order of the log');
      checkEnvelope(e.envelope);
    });
  }
  if (b.coverage.origins.length > maxRecords || b.coverage.origins.some((o) => !o.lot)) fail('an origin is not one');
}

function checkEnvelope(e) {
  const payload = fromBase64(e.payload);
  if (!payload.length || payload.length > maxPayload || typeOf(e) === null) fail('an envelope is not one');
  if (!e.signatures.length || e.signatures.length > maxSignatures) fail('an envelope is not signed');
  e.signatures.forEach((s, i) => {
    const sig = fromBase64(s.sig);
    if (!/^[0-9a-f]{64}$/.test(s.keyid) || sig.length < 8 || sig.length > 72) fail('a signature is not one');
    if (i > 0 && e.signatures[i - 1].keyid >= s.keyid) fail('signatures are not in the order of their keys');
  });
}

/** typeOf is the record type that an envelope's payload type names. */
export function typeOf(e) {
  const m = /^application\/vnd\.grainledger\.([^]*)\+json$/.exec(e.payloadType);
  return m && m[1];
}

/** pae is the bytes that are signed (DSSE). */
export function pae(e) {
  const kind = text(e.payloadType);
  const payload = fromBase64(e.payload);
  return concat(text(`DSSEv1 ${kind.length} `), kind, text(` ${payload.length} `), payload);
}

/** idOf names a record: the SM3 of what is signed. */
export function idOf(e) {
  return sm3(pae(e));
}
