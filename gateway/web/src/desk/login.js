// The three ways in: a key kept in this browser, a key to keep from now on,
// and a signature made elsewhere by grainctl.
import { text, toHex } from '../bytes.js';
import { post } from './api.js';
import { $, base, busy, el, gateway, save, say, tell } from './dom.js';
import * as keystore from './keystore.js';
import { readPEM, readSeal, writePEM } from './pem.js';
import { newKey, readChallenge, sign, toBase64 } from './sign.js';

/** start makes the login page work. */
export async function start() {
  if (location.origin !== gateway) {
    tell($('origin'), say('desk.origin', { gateway }), true);
  }
  $('sign-elsewhere').addEventListener('submit', (e) => {
    e.preventDefault();
    busy(e.submitter, askChallenge);
  });
  $('signed-elsewhere').addEventListener('submit', (e) => {
    e.preventDefault();
    busy(e.submitter, takeSignature);
  });
  $('save-challenge').addEventListener('click', () => save('challenge.txt', $('challenge').value, 'text/plain'));
  if (!keystore.available()) {
    tell($('no-keystore'), say('desk.nokeystore'), true);
    for (const id of ['kept', 'keep']) $(id).hidden = true;
    return;
  }
  $('kept-form').addEventListener('submit', (e) => {
    e.preventDefault();
    busy(e.submitter, loginByKept);
  });
  $('keep-form').addEventListener('submit', (e) => {
    e.preventDefault();
    busy(e.submitter, keepKey);
  });
  $('forget').addEventListener('click', forget);
  for (const r of document.querySelectorAll('input[name=from]')) r.addEventListener('change', showFrom);
  showFrom();
  await showKept();
}

async function showKept() {
  const keys = await keystore.list();
  $('kept').hidden = keys.length === 0;
  $('kept-key').replaceChildren(...keys.map((k) => {
    const o = el('option', '', (k.label ? k.label + ' · ' : '') + k.id.slice(0, 12) + '…');
    o.value = k.id;
    return o;
  }));
  if (!keys.length) $('keep').open = true;
}

async function loginByKept() {
  const place = $('kept-tell');
  try {
    const kept = (await keystore.list()).find((k) => k.id === $('kept-key').value);
    tell(place, say('desk.unlocking'));
    const key = await keystore.unlock(kept, $('kept-pass').value);
    const { challenge } = await post('/v1/sessions/challenge', { keyId: key.id });
    const signature = sign(key, text(readChallenge(challenge, location.origin, key.id)));
    await post('/v1/sessions', { challenge, keyId: key.id, signature: toBase64(signature) });
    location.href = base + '/desk';
  } catch (e) {
    tell(place, words(e), true);
  }
}

function words(e) {
  const key = { passphrase: 'desk.wrong.passphrase', pem: 'desk.wrong.pem', seal: 'desk.wrong.seal', challenge: 'desk.wrong.challenge',
    origin: 'desk.wrong.origin' }[e.message];
  return key ? say(key, { gateway }) : e.message;
}

function showFrom() {
  const made = $('from-new').checked;
  $('files').hidden = made;
  $('pem').required = !made;
}

async function keepKey() {
  const place = $('keep-tell');
  try {
    const pass = $('new-pass').value;
    if (pass.length < 10) return tell(place, say('desk.wrong.short'), true);
    if (pass !== $('new-pass-2').value) return tell(place, say('desk.wrong.twice'), true);
    const made = $('from-new').checked;
    const key = made ? newKey() : readPEM(await $('pem').files[0].text());
    let seal = '';
    if (made) seal = toHex(crypto.getRandomValues(new Uint8Array(32)));
    else if ($('seal').files.length) seal = readSeal(await $('seal').files[0].text());
    tell(place, say('desk.keeping'));
    await keystore.keep(key, seal, pass, $('label').value.trim());
    $('new-pass').value = $('new-pass-2').value = '';
    $('pem').value = $('seal').value = '';
    await showKept();
    if (made) showMade(key, seal);
    tell(place, say(made ? 'desk.made' : seal ? 'desk.kept' : 'desk.kept.noseal'));
  } catch (e) {
    tell(place, words(e), true);
  }
}

// showMade gives out what only this moment has: the copies to put away, and
// the public half for the regulator.
function showMade(key, seal) {
  $('made').hidden = false;
  $('made-id').textContent = key.id;
  $('made-point').textContent = key.point;
  $('save-pem').onclick = () => save(key.id.slice(0, 12) + '.pem', writePEM(key), 'application/x-pem-file');
  $('save-seal').onclick = () => save(key.id.slice(0, 12) + '.seal', seal + '\n', 'text/plain');
}

async function forget() {
  const id = $('kept-key').value;
  if (id && confirm(say('desk.forget.sure'))) {
    await keystore.remove(id);
    await showKept();
  }
}

let asked = null;

async function askChallenge() {
  const place = $('elsewhere-tell');
  try {
    const keyId = $('key-id').value.trim().toLowerCase();
    asked = { keyId, ...(await post('/v1/sessions/challenge', { keyId })) };
    $('challenge').value = asked.challenge;
    $('signed-elsewhere').hidden = false;
    tell(place, '');
  } catch (e) {
    tell(place, words(e), true);
  }
}

async function takeSignature() {
  const place = $('elsewhere-tell');
  try {
    const signature = $('signature').value.replace(/\s+/g, '');
    await post('/v1/sessions', { challenge: asked.challenge, keyId: asked.keyId, signature });
    location.href = base + '/desk';
  } catch (e) {
    tell(place, words(e), true);
  }
}
