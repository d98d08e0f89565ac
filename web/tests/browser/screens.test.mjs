// Every screen on a real service, as whoever may do everything sees it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { keep, launch, named, objections, press, settled, text, visit, watchPage } from './browser.mjs';
import { files, fleet } from './fleet.mjs';

const prefix = '/migrator';
let browser;
let site;
let failing;
let origin;

before(async () => {
  ({ site, failing } = fleet('screens', 1000));
  ({ origin } = await site.serve());
  browser = await launch();
});

after(async () => {
  await browser?.close();
  site?.close();
});

const withPage = (name, options, work) => watchPage(browser, name, options, work);

const places = () => [
  'fleet',
  'fleet?state=failed',
  'fleet?search=nobody-is-called-so',
  `tenants/${failing[0]}`,
  'tenants/nobody',
  'plan',
  `plan?tenant=${failing[0]}`,
  'roll-out?apply=true&name=v1.2.0',
  'runs',
  'runs/unknown',
  'versions',
  'versions/2',
  'versions/99',
  'audit',
  'sign-in',
  'nowhere',
];

/** Themes differ in contrast, widths in layout. */
const looks = [
  { dark: false, width: 360, all: true },
  { dark: true, width: 1280, all: true },
  { dark: false, width: 3840, all: false },
];

for (const { dark, width, all } of looks) {
  const theme = dark ? 'dark' : 'light';
  test(`${all ? 'every screen is' : 'the first screens are'} accessible, ${theme}, ${width} px wide`, async () => {
    await withPage(`screens-${theme}-${width}`, { dark, width }, async (opened) => {
      for (const place of all ? places() : places().slice(0, 7)) {
        await visit(opened, origin, prefix, place);
        // What is folded is looked at, too.
        await opened.page.$$eval('details', (found) => found.slice(0, 4).forEach((each) => (each.open = true)));
        await settled(opened.page);
        assert.deepEqual(await objections(opened), [], place);
        await keep(opened, `${place.replaceAll(/[^\w-]+/g, '-')}-${theme}-${width}`);
      }
    });
  });
}

test('the fleet says who is behind and why', async () => {
  await withPage('fleet', {}, async (opened) => {
    const { page } = opened;
    await visit(opened, origin, prefix, 'fleet');
    const shown = await text(page);
    assert.match(shown, /340 tenants of 1,000 are behind: 3 failed, 332 planned, 5 unmanaged\./);
    assert.match(shown, /2 files are new to all of them/);
    assert.match(shown, /could not create unique index "customers_email_key"/);
    const rows = await page.$$eval('tbody tr', (all) => all.map((row) => row.innerText));
    assert.equal(rows.length, 50);
    assert.deepEqual(rows.slice(0, 3).map((row) => row.split(/\s/)[0]), [...failing].sort());
  });
});

test('the fleet is filtered by state, name and level, and paged', async () => {
  await withPage('filters', {}, async (opened) => {
    const { page } = opened;
    const names = () => page.$$eval('tbody th', (all) => all.map((each) => each.innerText));
    await visit(opened, origin, prefix, 'fleet');
    const first = await names();
    await press(page, 'link', 'Next page');
    await page.waitForFunction((name) => document.querySelector('tbody th')?.innerText !== name, {}, first[0]);
    assert.equal((await names()).filter((name) => first.includes(name)).length, 0);
    await page.goBack();
    await page.waitForFunction((name) => document.querySelector('tbody th')?.innerText === name, {}, first[0]);

    await page.type('#search', 'EU_000');
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 3);
    assert.deepEqual(await names(), ['eu_0007', 'eu_0001', 'eu_0004']);
    assert.match(page.url(), /search=EU_000/);
    await page.select('#state', 'failed');
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);

    await visit(opened, origin, prefix, 'fleet');
    await press(page, 'link', 'before the first file');
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 5);
    assert.deepEqual(await names(), ['new_1', 'new_2', 'new_3', 'new_4', 'new_5']);
  });
});

test('drifted tenants are found, in groups', async () => {
  const names = ['ap_0000', 'ap_0003'];
  for (const name of names) site.sql(`create table "${name}".scratch (a int)`);
  await withPage('drift', {}, async (opened) => {
    const { page } = opened;
    await visit(opened, origin, prefix, 'fleet');
    await press(page, 'button', 'Compare the schemas');
    await page.waitForFunction(() => /2 tenants of [\d,]+ differ/.test(document.body.innerText), { timeout: 60_000 });
    await page.$$eval('.files details', (all) => all.forEach((each) => (each.open = true)));
    const shown = await text(page);
    assert.match(shown, /additional table\s+scratch/);
    for (const name of names) assert.ok(shown.includes(name), name);
    assert.deepEqual(await objections(opened), []);
  }).finally(() => names.forEach((name) => site.sql(`drop table "${name}".scratch`)));
});

test('a tenant has its failure with the whole statement and its line, and what to do', async () => {
  await withPage('tenant', {}, async (opened) => {
    await visit(opened, origin, prefix, `tenants/${failing[0]}`);
    const shown = await text(opened.page);
    assert.match(shown, /Key \(email\)=\(ann@example\.com\) is duplicated/);
    assert.match(shown, /alter table \S+\.customers\s+add constraint customers_email_key unique \(email\)/);
    assert.match(shown, /Line\s+4/);
    assert.match(shown, /What to do/);
    assert.match(shown, new RegExp(`migrator apply --tenant ${failing[0]}`));
    assert.match(shown, /0003_order_state\.sql/);
  });
});

test('the plan has the files in order, their SQL and the commands', async () => {
  await withPage('plan', {}, async (opened) => {
    const { page } = opened;
    await visit(opened, origin, prefix, 'plan');
    const files = await page.$$eval('.files summary code', (all) => all.map((each) => each.innerText));
    assert.deepEqual(files, ['0004_unique_email.sql', '0005_notes.sql', '0006_invoices.sql', 'views.sql']);
    const shown = await text(page);
    assert.match(shown, /migrator plan --sql/);
    assert.match(shown, /\/migrator\/v1\/migrations/);
    await press(page, 'button', 'Ask all tenants now');
    await page.waitForFunction(() => /checks? asked, all are true/.test(document.body.innerText));

    await page.type('#tenant', failing[0]);
    await page.keyboard.press('Enter');
    await page.waitForFunction((tenant) => document.querySelector('h1').innerText === `Plan for ${tenant}`, {}, failing[0]);
    await settled(page);
    await page.click('.files summary');
    await page.waitForSelector('.code');
    await settled(page);
    assert.match(await text(page, '.code'), new RegExp(`alter table "?${failing[0]}"?\\.customers`));
  });
});

test('a version has its files as they were applied, and what changed since', async () => {
  const path = 'tenants/0003_order_state.sql';
  await withPage('version', {}, async (opened) => {
    const { page } = opened;
    await visit(opened, origin, prefix, 'versions');
    assert.match(await text(page), /v1\.1\.0/);
    await press(page, 'link', 'v1.0.0');
    await page.waitForFunction(() => document.querySelector('h1').innerText === 'Version 1: v1.0.0');
    await settled(page);
    assert.match(await text(page), /0001_customers\.sql\s.*995 tenants/);
    await page.$$eval('.files summary', (all) => all.find((each) => each.innerText.includes('0002_orders')).click());
    await page.waitForSelector('.code');
    assert.match(await text(page, '.code'), /create table \{schema\}\.orders/);

    site.write(path, "alter table {schema}.orders add column state text not null default 'new';\n");
    await page.reload();
    await settled(page);
    assert.match(await text(page), /changed since/);
    await page.$$eval('.files summary', (all) => all.find((each) => each.innerText.includes('0003_order_state')).click());
    await page.waitForSelector('.code .removed');
    assert.match(await text(page, '.code .added'), /default 'new'/);
  }).finally(() => site.write(path, files[path]));
});

test('the keyboard reaches everything, and the focus goes where one goes', async () => {
  await withPage('keyboard', {}, async (opened) => {
    const { page } = opened;
    await visit(opened, origin, prefix, 'fleet');
    const focused = () => page.evaluate(() => document.activeElement.innerText || document.activeElement.getAttribute('aria-label') || document.activeElement.id);
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Skip to the content');
    await page.keyboard.press('Enter');
    assert.equal(await focused(), 'Fleet');
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Refresh');
    // A link to the plan stands between, once it is known what is pending.
    for (let tabs = 0; tabs < 3 && !/failed/.test(await focused()); tabs++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 3);
    const plan = await named(page, 'link', 'Plan');
    await plan.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1' && document.activeElement.innerText === 'Plan');
  });
});

test('what cannot be loaded says so, and comes back', async () => {
  await withPage('offline', {}, async (opened) => {
    const { page } = opened;
    await visit(opened, origin, prefix, 'fleet');
    await page.setOfflineMode(true);
    await press(page, 'button', 'Refresh');
    await page.waitForFunction(() => document.body.innerText.includes('The service cannot be reached.'));
    assert.match(await text(page), /340 tenants of 1,000 are behind/, 'what was there stays');
    await page.setOfflineMode(false);
    await press(page, 'button', 'Try again');
    await page.waitForFunction(() => !document.body.innerText.includes('The service cannot be reached.'));
  });
});

test('what the browser loads is small, and kept', async () => {
  await withPage('size', {}, async (opened) => {
    const { page } = opened;
    const sizes = [];
    const client = await page.createCDPSession();
    await client.send('Network.enable');
    client.on('Network.loadingFinished', (event) => sizes.push(event.encodedDataLength));
    await visit(opened, origin, prefix, 'nowhere');
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total > 5_000 && total < 60_000, `${total} bytes`);
    sizes.length = 0;
    await page.reload();
    await settled(page);
    const again = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(again < 5_000, `${again} bytes`);
  });
});
