// A job while it is being decided. Once it is, the page is loaded again with
// its results.
import { call } from './api.js';
import { $, breathe, say, tell } from './dom.js';

const pause = 700; // milliseconds

/** start watches the job that the page shows. */
export async function start() {
  const bar = $('job-progress');
  const id = bar.dataset.job;
  for (;;) {
    try {
      const job = await call('GET', '/v1/me/jobs/' + id);
      bar.max = job.records;
      bar.value = job.done || 0;
      tell($('job-tell'), say('desk.decided', { n: job.done || 0, all: job.records }));
      if (job.status !== 'received') {
        location.reload();
        return;
      }
    } catch (e) {
      tell($('job-tell'), e.message, true);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    await breathe();
  }
}
