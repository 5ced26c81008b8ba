// What the checks need of a record. The payload's form is not judged again:
// the ledger did, and the log has accepted records alone.
import { fromBase64 } from './bytes.js';
import { idOf, typeOf } from './bundle.js';
import { parseStrict } from './strict.js';

const makers = {
  harvest: (p) => ({ makes: [made(p.lot, p.grams)] }),
  purchase: (p) => ({ makes: [made(p.lot, p.netGrams)], from: p.fromLot ? [p.fromLot] : [] }),
  store: (p) => ({ fills: true, bin: p.bin, from: [p.lot] }),
  withdraw: (p) => ({ bin: p.bin, makes: [made(p.lot, p.grams)] }),
  split: (p) => ({ makes: p.outputs, from: [p.lot] }),
  merge: (p) => ({ makes: [p.output], from: p.inputs.map((m) => m.lot) }),
  process: (p) => ({ makes: p.outputs, from: p.inputs.map((m) => m.lot) }),
  enterprise: () => ({}),
  key: () => ({}),
  checkpoint: () => ({}),
};

const texts = ['issuer', 'uscc', 'kind', 'division', 'action', 'subject', 'publicKey', 'keyId', 'note', 'lot', 'fromLot', 'bin'];
const numbers = ['threshold', 'grams', 'netGrams'];
const lists = ['inputs', 'outputs'];

function made(lot, grams) {
  return { lot, grams, gtin: '', batch: '' };
}

/** readFacts reads an entry of a bundle; it throws where the payload is not of its type. */
export function readFacts(e) {
  const payload = parseStrict(fromBase64(e.envelope.payload));
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) throw new Error('no payload');
  const f = { id: idOf(e.envelope), kind: typeOf(e.envelope), index: e.index, issuer: '', named: [], makes: [], from: [], bin: '', fills: false };
  f.signers = e.envelope.signatures.map((s) => s.keyid);
  if (!Object.keys(makers).includes(f.kind)) {
    if (typeof payload.issuer === 'string') f.issuer = payload.issuer;
    for (const [name, v] of Object.entries(payload)) {
      if (name !== 'issuer' && name !== 'ref' && name !== 'occurredAt') collect(f.named, v);
    }
    return f;
  }
  const p = typed(payload);
  // What a payload calls kind is the kind of an enterprise; the type is kind.
  return { ...p, kindOf: p.kind, ...f, issuer: p.issuer, ...makers[f.kind](p) };
}

function typed(v) {
  const out = {};
  for (const name of texts) out[name] = member(v, name, 'string', '');
  for (const name of numbers) out[name] = member(v, name, 'number', 0);
  for (const name of lists) out[name] = items(v[name]).map(amount);
  fromBase64(out.note);
  out.output = amount(v.output ?? {});
  out.keys = items(v.keys);
  if (out.keys.some((k) => typeof k !== 'string')) throw new Error('keys');
  return out;
}

function member(v, name, kind, none) {
  const m = v[name] ?? none;
  if (typeof m !== kind || (kind === 'number' && !Number.isSafeInteger(m))) throw new Error(name);
  return m;
}

function items(v) {
  if (v !== undefined && v !== null && !Array.isArray(v)) throw new Error('list');
  return v || [];
}

function amount(v) {
  return { lot: member(v, 'lot', 'string', ''), grams: member(v, 'grams', 'number', 0), gtin: member(v, 'gtin', 'string', ''), batch: member(v, 'batch', 'string', '') };
}

function collect(into, v) {
  if (typeof v === 'string') into.push(v);
  else if (v !== null && typeof v === 'object') Object.values(v).forEach((item) => collect(into, item));
}
