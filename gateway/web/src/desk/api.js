// The gateway's interface, as far as this page needs it.
import { base, has, say } from './dom.js';

/** Refused is an answer that is no success, with words for the person. */
export class Refused extends Error {
  constructor(status, problem) {
    const key = 'desk.problem.' + (problem.reason || '');
    super(has(key) ? say(key) : say('desk.problem', { status, title: problem.title || '', detail: problem.detail || '' }));
    this.status = status;
    this.reason = problem.reason;
  }
}

/** call sends a request and reads its JSON answer. */
export async function call(method, path, body, type = 'application/json') {
  let answer;
  try {
    answer = await fetch(base + path, {
      method, body, headers: body === undefined ? {} : { 'Content-Type': type }, credentials: 'same-origin', redirect: 'error',
    });
  } catch {
    throw new Error(say('desk.problem.network'));
  }
  const content = await answer.text();
  let value = null;
  try {
    value = content ? JSON.parse(content) : null;
  } catch {
    value = {};
  }
  if (!answer.ok) {
    if (answer.status === 401 && value && value.reason === 'login_required') location.href = base + '/desk';
    throw new Refused(answer.status, value || {});
  }
  return value;
}

/** post sends a JSON document. */
export function post(path, document) {
  return call('POST', path, JSON.stringify(document));
}
