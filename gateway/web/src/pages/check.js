// The check of a lot's evidence on the shopper's own phone: fetches the bundle,
// has a worker verify it and says what came of it.
import texts from '../check-words.json';
import { outcome, percent, say, title } from '../words.js';

const language = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
const words = texts[language];

function fill(key, values) {
  return words[key].replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// make builds an element. Texts are set as text: nothing here reads markup.
function make(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  e.append(...children);
  return e;
}

class Unfetched extends Error {}

class Check {
  constructor(card) {
    this.card = card;
    this.box = card.querySelector('.outcome');
    this.more = make('div', {});
    this.box.after(this.more);
    this.trust = null; // a file that the shopper chose
  }

  show(tone, head, ...lines) {
    this.box.className = 'outcome ' + tone;
    this.box.setAttribute('role', tone === 'bad' ? 'alert' : 'status');
    this.box.replaceChildren(make('p', { class: 'verdict' }, make('strong', {}, head)), ...lines);
  }

  line(text) {
    return make('p', { class: 'reason' }, text);
  }

  async run() {
    this.more.replaceChildren();
    this.show('info', words.working, this.line(words.loading));
    try {
      const { bundle, trust } = this.card.dataset;
      const [raw, own] = await Promise.all([fetched(bundle, 'arrayBuffer'), this.trust === null ? fetched(trust, 'text') : this.trust]);
      const answer = await this.verify(raw, own);
      if (answer.broken !== undefined) this.show('warn', words.none, this.line(this.trust === null ? words.broken : words.badFile));
      else this.tell(answer.report, answer.fingerprint);
      if (answer.broken !== undefined && this.trust !== null) this.more.append(this.chooser());
    } catch (e) {
      const why = e instanceof Unfetched ? words[e.message] : words.broken;
      const again = make('button', { type: 'button' }, words.again);
      again.onclick = () => this.run();
      this.show('warn', words.none, this.line(why), again);
    }
  }

  verify(bundle, trust) {
    const bar = make('progress', { max: '1', value: '0' });
    const count = this.line('');
    this.show('info', words.working, bar, count);
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.card.dataset.worker);
      const end = (settle, value) => {
        worker.terminate();
        settle(value);
      };
      worker.onerror = () => end(reject, new Error('worker'));
      worker.onmessage = ({ data }) => {
        if (data.done === undefined) {
          end(resolve, data);
          return;
        }
        bar.max = data.total;
        bar.value = data.done;
        count.textContent = fill('progress', data);
      };
      worker.postMessage({ bundle, trust }, [bundle]);
    });
  }

  // tell says what came of it. A good bundle of another lot proves nothing
  // about this page.
  tell(report, fingerprint) {
    const { lot, gtin, batch } = this.card.dataset;
    const own = report.subject.lot === lot && (report.subject.gtin || '') === gtin && (report.subject.batch || '') === batch;
    const find = (name) => report.checks.find((c) => c.check === name);
    const failed = report.checks.find((c) => c.outcome === 'fails');
    if (failed || !own) document.querySelector('.hero').classList.add('danger');
    if (failed) this.show('bad', words.bad, this.line(fill('badText', { why: `${title(failed, language)}: ${say(failed, language)}` })));
    else if (!own) this.show('bad', words.bad, this.line(fill('badText', { why: words.subject })));
    else if (find('marks').outcome === 'warns') {
      document.querySelector('.hero').classList.add('danger');
      this.show('bad', words.marked, this.line(say(find('marks'), language)), ...this.summary(report).map((s) => this.line(s)));
    } else this.show('good', words.good, ...this.summary(report).map((s) => this.line(s)));
    this.more.replaceChildren(this.details(report), this.anchors(fingerprint));
  }

  summary(report) {
    const find = (name) => report.checks.find((c) => c.check === name);
    const witnesses = find('witnesses');
    const coverage = find('coverage');
    return [
      fill('summary', find('signatures').numbers),
      fill('log', find('checkpoint').numbers) + ' ' + (witnesses.names ? fill('cosigned', { names: witnesses.names.join(', ') }) : words.alone),
      fill(coverage.outcome === 'holds' ? 'share' : 'shareSaid', { percent: percent(coverage.numbers.basisPoints) }),
      words.limits,
    ];
  }

  details(report) {
    const tones = { holds: 'good', fails: 'bad', not_checked: 'warn', warns: 'bad' };
    const items = report.checks.map((c) => make('li', {}, make('h3', {}, title(c, language),
      make('span', { class: 'badge ' + tones[c.outcome] }, outcome(c, language))), make('p', {}, say(c, language))));
    return make('details', { class: 'fold' }, make('summary', {}, words.details), make('ul', { class: 'checks' }, ...items));
  }

  anchors(fingerprint) {
    return make('div', { class: 'anchors' },
      make('p', { class: 'note' }, this.trust === null ? words.anchorsPage : words.anchorsFile, make('br', {}), make('span', { class: 'code fingerprint' }, fingerprint)),
      this.chooser());
  }

  chooser() {
    const input = make('input', { type: 'file', accept: '.json,application/json', id: 'trust-file' });
    input.onchange = async () => {
      if (!input.files.length) return;
      this.trust = await input.files[0].text();
      this.run();
    };
    return make('details', { class: 'fold' }, make('summary', {}, words.choose), make('label', { for: 'trust-file' }, words.file), input);
  }
}

async function fetched(url, as) {
  let response;
  try {
    response = await fetch(url, { cache: 'no-cache', credentials: 'same-origin' });
  } catch {
    throw new Unfetched('offline');
  }
  if (response.status === 503) throw new Unfetched('young');
  if (!response.ok) throw new Unfetched('offline');
  return response[as]();
}

const card = document.getElementById('check');
if (card && card.dataset.worker && window.Worker) new Check(card).run();
