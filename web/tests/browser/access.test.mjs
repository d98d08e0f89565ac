// Who may do what: signing in, roles, and a service without authentication behind a proxy.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, objections, press, settled, text, visit, watchPage } from './browser.mjs';
import { fleet, tokenKeys, tokens, until } from './fleet.mjs';

const prefix = '/migrator';
let browser;
let site;
let open;
let closed;

before(async () => {
  ({ site } = fleet('access', 60));
  site.config('closed.yaml', tokenKeys);
  open = await site.serve();
  closed = await site.serve('closed.yaml');
  browser = await launch();
});

after(async () => {
  await browser?.close();
  site?.close();
});

const withPage = (name, work, options = {}) => watchPage(browser, name, options, work);

async function signIn(opened, token) {
  const { page } = opened;
  await visit(opened, closed.origin, prefix, 'sign-in');
  await page.type('#token', token);
  await press(page, 'button', 'Sign in');
}

const links = (page) => page.$$eval('nav[aria-label="Main"] a', (all) => all.map((each) => each.innerText));

test('without signing in nothing is shown, and each screen says so', async () => {
  await withPage('nobody', async (opened) => {
    for (const place of ['fleet', 'plan', 'runs', 'versions', 'audit', 'roll-out', 'tenants/eu_0001']) {
      await visit(opened, closed.origin, prefix, place);
      assert.match(await text(opened.page), /Sign in/, place);
      assert.deepEqual(await links(opened.page), []);
      assert.deepEqual(await objections(opened), [], place);
    }
  });
});

test('a token that is not known is refused in words', async () => {
  await withPage('wrong-token', async (opened) => {
    await signIn(opened, 'a'.repeat(43));
    await opened.page.waitForSelector('.notice.bad');
    assert.match(await text(opened.page), /You are not signed in/);
    assert.deepEqual(await objections(opened), []);
  });
});

test('a token signs in, and its cookie is out of reach of scripts and other sites', async () => {
  await withPage('sign-in', async (opened) => {
    const { page } = opened;
    await signIn(opened, tokens.apply);
    await page.waitForFunction(() => document.body.innerText.includes('apply-person (apply)'));
    await settled(page);
    const cookies = await page.cookies();
    assert.deepEqual(cookies.map(({ name, httpOnly, sameSite, path }) => ({ name, httpOnly, sameSite, path })), [
      { name: 'migrator_session', httpOnly: true, sameSite: 'Strict', path: prefix },
    ]);
    assert.equal(await page.evaluate(() => document.cookie + Object.keys(localStorage) + Object.keys(sessionStorage)), '');
    await page.reload();
    await page.waitForFunction(() => document.body.innerText.includes('apply-person (apply)'));
    await visit(opened, closed.origin, prefix, 'sign-in');
    await press(page, 'button', 'Sign out');
    await page.waitForFunction(() => document.querySelector('h1').innerText === 'Sign in');
    assert.deepEqual(await page.cookies(), []);
  });
});

test('what the role does not allow is not offered, and refused by the service', async () => {
  await withPage('read', async (opened) => {
    const { page } = opened;
    await signIn(opened, tokens.read);
    await page.waitForFunction(() => document.body.innerText.includes('read-person (read)'));
    assert.deepEqual(await links(page), ['Fleet', 'Plan', 'Runs', 'Versions']);
    await visit(opened, closed.origin, prefix, 'roll-out');
    assert.match(await text(page), /A dry run needs the role plan, an apply the role apply/);
    assert.equal(await page.$('button[type="submit"]'), null);
    await visit(opened, closed.origin, prefix, 'audit');
    assert.match(await text(page), /Your role does not allow you to see the audit/);
    assert.deepEqual(await objections(opened), []);
    const status = await page.evaluate(async () => {
      const answer = await fetch('../v1/migrations', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ mode: 'apply', response: 'summary' }),
      });
      return answer.status;
    });
    assert.equal(status, 403);
  });
  await withPage('plan-role', async (opened) => {
    const { page } = opened;
    await signIn(opened, tokens.plan);
    await page.waitForFunction(() => document.body.innerText.includes('plan-person (plan)'));
    await visit(opened, closed.origin, prefix, 'roll-out?apply=true&name=v9');
    assert.match(await text(page), /You can try, and not apply/);
    assert.equal(await page.$eval('#apply', (each) => each.disabled), true);
    assert.match(await text(page), /Start the dry run/);
  });
});

test('the audit is for admins', async () => {
  await withPage('admin', async (opened) => {
    const { page } = opened;
    await signIn(opened, tokens.admin);
    await page.waitForFunction(() => document.body.innerText.includes('admin-person (admin)'));
    await visit(opened, closed.origin, prefix, 'audit');
    assert.match(await text(page), /v1\.1\.0/);
  });
});

/** nginx with the service below another path, as a balancer that knows nothing of it. */
async function nginx(target) {
  const folder = mkdtempSync(join(tmpdir(), 'console-nginx-'));
  const port = await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address();
      server.close(() => resolve(free));
    });
  });
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n');
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr; events {}
http { access_log off; ${paths}
  server { listen 127.0.0.1:${port};
    location /ops/db/ { proxy_pass ${target}${prefix}/; proxy_http_version 1.1; proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr; proxy_read_timeout 60s; } } }
`,
  );
  const process = spawn('/usr/sbin/nginx', ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  const origin = `http://127.0.0.1:${port}`;
  await until('nginx answers', () => fetch(`${origin}/ops/db/`).then((answer) => answer.ok, () => false));
  const close = () => {
    process.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  return { origin, close };
}

test('behind a proxy with a path of its own it works; without authentication one can look and plan, not apply', async () => {
  const proxy = await nginx(open.origin);
  try {
    await withPage('nginx', async (opened) => {
      const { page } = opened;
      await page.goto(`${proxy.origin}/ops/db/console`);
      await settled(page);
      assert.equal(new URL(page.url()).pathname, '/ops/db/console/');
      assert.match(await text(page), /tenants of 60 are behind/);
      await visit(opened, proxy.origin, '/ops/db', 'plan');
      assert.match(await text(page), /0006_invoices\.sql/);
      await visit(opened, proxy.origin, '/ops/db', 'roll-out?apply=true&name=v9');
      assert.match(await text(page), /You can try, and not apply/);
      assert.deepEqual(await objections(opened), []);
    });
  } finally {
    proxy.close();
  }
});
