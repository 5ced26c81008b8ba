// Small things around the page. Whatever comes from a table or the ledger goes
// in as text and never as markup.

/** $ finds one element by its id. */
export const $ = (id) => document.getElementById(id);

const data = JSON.parse($('desk-data').textContent);

/** base is where links of this site begin; texts are those of the page's language. */
export const { base, gateway, texts } = data;

/** say is a text with values in the place of {names}. */
export function say(key, values = {}) {
  return (texts[key] || key).replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

/** has tells whether there is such a text. */
export function has(key) {
  return key in texts;
}

/** el makes an element with a class and children, which are text or elements. */
export function el(name, className, ...children) {
  const e = document.createElement(name);
  if (className) e.className = className;
  e.append(...children.filter((c) => c !== null && c !== undefined && c !== ''));
  return e;
}

/** tell shows a message in a place; bad ones are announced at once. */
export function tell(place, message, bad) {
  place.textContent = message;
  place.className = 'tell' + (bad ? ' bad' : '');
  place.hidden = !message;
  place.setAttribute('role', bad ? 'alert' : 'status');
}

/** kilograms writes grams. */
export function kilograms(grams) {
  const whole = Math.floor(grams / 1000);
  const rest = String(grams % 1000).padStart(3, '0').replace(/0+$/, '');
  return whole.toLocaleString('en') + (rest ? '.' + rest : '') + ' kg';
}

/** save hands a file to the person. */
export function save(name, content, type) {
  const a = el('a');
  a.href = URL.createObjectURL(new Blob([content], { type }));
  a.download = name;
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(a.href), 10000);
}

/** busy keeps a button from being pressed twice while work is done. */
export async function busy(button, work) {
  button.disabled = true;
  try {
    return await work();
  } finally {
    button.disabled = false;
  }
}

/** breathe lets the page draw. */
export function breathe() {
  return new Promise((resolve) => setTimeout(resolve));
}
