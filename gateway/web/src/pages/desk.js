// 企业工作台. Which parts a page has tells which of them start.
import { call } from '../desk/api.js';
import { $, base, busy } from '../desk/dom.js';
import * as job from '../desk/job.js';
import * as login from '../desk/login.js';
import * as upload from '../desk/upload.js';
import { selfTest } from '../sm.js';

selfTest();
document.body.classList.add('script');
if ($('sign-elsewhere')) login.start();
if ($('table-form')) upload.start();
if ($('job-progress')) job.start();
if ($('logout')) {
  $('logout').addEventListener('click', (e) => busy(e.target, async () => {
    await call('DELETE', '/v1/sessions');
    location.href = base + '/desk';
  }));
}
