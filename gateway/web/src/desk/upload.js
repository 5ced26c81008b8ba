// From a table to a job: what the gateway says of each row, the signatures,
// and the submission. Nothing is signed before the person has seen it.
import { call } from './api.js';
import { $, base, breathe, busy, el, has, kilograms, save, say, tell } from './dom.js';
import * as keystore from './keystore.js';
import { signRecord } from './sign.js';

// mostBytes is how much goes into one request, below what a gateway takes.
const mostBytes = 3 << 20;

let draft = null; // { name, rows }: those rows that can be signed

/** start makes the form for tables work. */
export async function start() {
  $('table-form').addEventListener('submit', (e) => {
    e.preventDefault();
    busy(e.submitter, check);
  });
  $('only-bad').addEventListener('change', () => $('rows').classList.toggle('only-bad', $('only-bad').checked));
  $('sign-here').addEventListener('submit', (e) => {
    e.preventDefault();
    busy(e.submitter, signHere);
  });
  $('save-drafts').addEventListener('click', () => save('drafts.json', JSON.stringify(draft.rows.map(forSigner)), 'application/json'));
  $('signed-form').addEventListener('submit', (e) => {
    e.preventDefault();
    busy(e.submitter, takeSigned);
  });
  const keys = keystore.available() ? await keystore.list() : [];
  $('sign-here').hidden = keys.length === 0;
  const mine = document.body.dataset.key;
  $('sign-key').replaceChildren(...keys.sort((a, b) => (b.id === mine) - (a.id === mine)).map((k) => {
    const o = el('option', '', (k.label ? k.label + ' · ' : '') + k.id.slice(0, 12) + '…');
    o.value = k.id;
    return o;
  }));
}

const forSigner = (r) => ({ payloadType: r.payloadType, payload: r.payload, open: r.open, ref: r.ref, row: r.row });

async function check() {
  const place = $('table-tell');
  const file = $('table').files[0];
  $('preview').hidden = true;
  if (!file) return tell(place, say('desk.nofile'), true);
  if (file.size > 4 << 20) return tell(place, say('desk.problem.body_too_large'), true);
  const type = $('type').value;
  if (!type && !/\.xlsx$/i.test(file.name)) return tell(place, say('desk.notype'), true);
  try {
    tell(place, say('desk.checking'));
    const query = new URLSearchParams({ file: file.name.slice(-60) });
    if (type) query.set('type', type);
    const got = await call('POST', '/v1/drafts?' + query, await file.arrayBuffer(), 'application/octet-stream');
    tell(place, '');
    show(file.name, got);
  } catch (e) {
    tell(place, e.message, true);
  }
}

function show(name, got) {
  const good = got.rows.filter((r) => r.verdict !== 'rejected');
  draft = { name, rows: good };
  $('preview').hidden = false;
  $('faults').replaceChildren(...(got.faults || []).map(fault));
  $('faults').hidden = !(got.faults || []).length;
  const bad = got.rows.length - good.length;
  const again = good.filter((r) => r.verdict === 'duplicate').length;
  $('totals').replaceChildren(
    total('good', good.length - again, say('desk.total.good')), total('info', again, say('desk.total.again')),
    total('bad', bad, say('desk.total.bad')));
  $('mass').textContent = say('desk.total.mass', { kg: kilograms(good.reduce((n, r) => n + (r.grams || 0), 0)) });
  $('rows-table').hidden = got.rows.length === 0;
  $('only-bad').checked = false;
  $('rows').className = '';
  $('rows').replaceChildren(...got.rows.map(line));
  $('filter').hidden = bad === 0;
  $('signing').hidden = good.length === 0;
  $('signing-count').textContent = say(bad ? 'desk.signing.some' : 'desk.signing.all', { n: good.length, bad });
  $('preview').scrollIntoView({ block: 'start' });
}

function total(tone, n, label) {
  return el('li', n ? tone : 'none', el('b', '', String(n)), ' ' + label);
}

function fault(f) {
  const where = [f.file, f.row ? say('desk.row', { n: f.row }) : '', f.column ? say('desk.column', { name: f.column }) : ''].filter(Boolean).join(' · ');
  const key = 'desk.fault.' + f.reason;
  return el('li', '', el('b', '', where), ' ', has(key) ? say(key) : '', el('small', '', f.detail));
}

function line(r) {
  const cell = (label, ...content) => {
    const td = el('td', '', ...content);
    td.dataset.label = say(label);
    return td;
  };
  const tone = { accepted: 'good', duplicate: 'info', rejected: 'bad' }[r.verdict];
  const head = el('th', '', el('span', 'row', String(r.row)));
  head.scope = 'row';
  const tr = el('tr', r.verdict, head, cell('desk.th.type', typeName(r.type)), cell('desk.th.ref', el('span', 'code', r.ref)),
    cell('desk.th.weight', r.grams ? kilograms(r.grams) : ''),
    cell('desk.th.verdict', el('span', 'badge ' + tone, say('desk.verdict.' + r.verdict))), cell('desk.th.why', ...why(r)));
  tr.title = r.file;
  return tr;
}

/** typeName is what a record type is called. */
export function typeName(type) {
  return has('desk.type.' + type) ? say('desk.type.' + type) : type;
}

/** why is the reason of a verdict in words: where, what, and what the ledger said. */
export function why(r) {
  if (r.verdict === 'rejected') {
    const key = 'desk.reason.' + r.reason;
    const cell = r.cell ? say('desk.cell', { name: document.documentElement.lang === 'en' ? r.column : r.cell }) : '';
    return [el('span', 'why', cell, has(key) ? say(key) : r.reason), el('small', '', r.detail || '')];
  }
  return (r.flags || []).map((f) => el('span', 'flagged', has('flag.' + f) ? say('flag.' + f) : f));
}

async function signHere() {
  const place = $('sign-tell');
  const bar = $('sign-progress');
  try {
    const kept = (await keystore.list()).find((k) => k.id === $('sign-key').value);
    tell(place, say('desk.unlocking'));
    const key = await keystore.unlock(kept, $('sign-pass').value);
    bar.max = draft.rows.length;
    bar.value = 0;
    bar.hidden = false;
    const signed = [];
    for (const row of draft.rows) {
      signed.push(JSON.stringify(signRecord(key, key.seal, row)));
      bar.value = signed.length;
      if (signed.length % 5 === 0) {
        tell(place, say('desk.signed', { n: signed.length, all: draft.rows.length }));
        await breathe();
      }
    }
    $('sign-pass').value = '';
    await submit(signed, place);
  } catch (e) {
    const key = { passphrase: 'desk.wrong.passphrase', seal: 'desk.noseal', signature: 'desk.wrong.signature' }[e.message];
    tell(place, key ? say(key) : e.message, true);
  } finally {
    bar.hidden = true;
  }
}

async function takeSigned() {
  const place = $('signed-tell');
  const file = $('signed').files[0];
  if (!file) return tell(place, say('desk.nofile'), true);
  try {
    const signed = JSON.parse(await file.text());
    const list = (Array.isArray(signed) ? signed : [signed]).map((s) => JSON.stringify(s));
    if (!list.length || !list.every((s) => s.startsWith('{"'))) throw new SyntaxError();
    await submit(list, place);
  } catch (e) {
    tell(place, e instanceof SyntaxError ? say('desk.wrong.signed') : e.message, true);
  }
}

// submit sends signed records as jobs, several where one would be too large,
// and goes on to the first of them. What was sent is with the gateway, whether
// or not this page stays open.
async function submit(signed, place) {
  tell(place, say('desk.sending'));
  const name = draft ? draft.name.slice(-60) : '';
  let first = null;
  for (const part of parts(signed)) {
    const job = await call('POST', '/v1/me/jobs?' + new URLSearchParams({ file: name }), '[' + part.join(',') + ']');
    first = first || job;
  }
  location.href = base + '/desk/jobs/' + first.id;
}

function parts(signed) {
  const out = [];
  let size = mostBytes;
  for (const s of signed) {
    if (size + s.length > mostBytes || out[out.length - 1].length >= 1000) {
      out.push([]);
      size = 0;
    }
    out[out.length - 1].push(s);
    size += s.length + 1;
  }
  return out;
}

