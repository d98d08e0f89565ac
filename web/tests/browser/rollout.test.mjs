// A rollout over 300 tenants of which three fail and one is blocked, watched from two browsers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { keep, launch, objections, openPage, press, settled, text, visit } from './browser.mjs';
import { fleet, lockOn, tokenKeys, tokens, until } from './fleet.mjs';

const prefix = '/migrator';
let browser;
// A page that is not seen does not ask: each of the two is in a browser of its own.
let another;
let site;
let names;
let failing;
let origin;

before(async () => {
  ({ site, names, failing } = fleet('rollout', 300, { newcomers: 0 }));
  site.config('closed.yaml', tokenKeys);
  ({ origin } = await site.serve('closed.yaml'));
  browser = await launch();
  another = await launch();
});

after(async () => {
  await browser?.close();
  await another?.close();
  site?.close();
});

async function watcher(role, inBrowser = browser) {
  const opened = await openPage(inBrowser);
  await visit(opened, origin, prefix, 'sign-in');
  await opened.page.type('#token', tokens[role]);
  await press(opened.page, 'button', 'Sign in');
  await opened.page.waitForFunction((who) => document.body.innerText.includes(who), {}, `${role}-person`);
  return opened;
}

const shows = (page, pattern, seconds = 60) =>
  page.waitForFunction((source) => new RegExp(source).test(document.querySelector('main').innerText), { timeout: seconds * 1000 }, pattern.source);

test('a rollout is started, watched by two, blocked, fails for three, and is retried for these', async () => {
  const blocked = names.find((name) => name.startsWith('us_') && !failing.includes(name));
  const lock = lockOn(site.database, [blocked]);
  await lock.isHeld;
  const one = await watcher('apply');
  const two = await watcher('read', another);
  try {
    await visit(one, origin, prefix, 'roll-out?apply=true&name=v1.2.0');
    const { page } = one;
    await page.type('#waves', '20 50% 100%');
    await page.type('#failures', '10');
    await shows(page, /wave 3/);
    assert.equal(await page.$eval('form button[type="submit"]', (each) => each.disabled), true, 'not confirmed yet');
    await page.type('#confirm', 'v1.2');
    assert.equal(await page.$eval('form button[type="submit"]', (each) => each.disabled), true);
    await page.type('#confirm', '.0');
    assert.deepEqual(await objections(one), []);
    await press(page, 'button', 'Apply');
    await page.waitForFunction(() => /#\/runs\/console-/.test(window.location.hash));
    const place = new URL(page.url()).hash.slice(2);

    // Whoever looks at the list finds it.
    await visit(two, origin, prefix, 'runs');
    await press(two.page, 'link', 'v1.2.0');
    for (const { page: each } of [one, two]) {
      await shows(each, new RegExp(`${blocked}[\\s\\S]*It waits for a lock on ${blocked}\\.orders, held by`));
    }
    assert.equal(await two.page.$('.button.danger, button.danger'), null, 'whoever may only read cannot cancel');
    for (const opened of [one, two]) assert.deepEqual(await objections(opened), []);
    await keep(one, 'run-blocked');
    lock.letGo();

    for (const { page: each } of [one, two]) await shows(each, /3 tenants failed and were rolled back/);
    const facts = async ({ page: each }) => (await text(each)).match(/3 tenants failed[^\n]*/)[0];
    assert.equal(await facts(one), await facts(two));
    await two.page.reload();
    await shows(two.page, /3 tenants failed and were rolled back/);
    assert.equal(await facts(two), await facts(one));
    const shown = await text(page);
    for (const tenant of failing) assert.ok(shown.includes(tenant), tenant);
    assert.match(shown, /could not create unique index/);
    for (const opened of [one, two]) assert.deepEqual(await objections(opened), []);
    await keep(one, 'run-failed');

    for (const tenant of failing) site.sql(`delete from "${tenant}".customers where name = 'Ann B. Lee'`);
    await press(page, 'button', 'Retry 3 failed tenants');
    await page.waitForFunction((before) => !window.location.hash.endsWith(before), {}, place);
    await shows(page, /The run ended well/);
    await visit(one, origin, prefix, 'fleet');
    assert.match(await text(page), /300 tenants? have every file|All 300 tenants/);
    await visit(two, origin, prefix, 'runs');
    const rows = await two.page.$$eval('tbody tr', (all) => all.map((each) => each.innerText.replaceAll(/\s+/g, ' ')));
    assert.match(rows[0], /^v1\.2\.0 done/);
    assert.match(rows[1], /^v1\.2\.0 failed .*3 failed/);
    assert.deepEqual([...one.complaints, ...two.complaints], []);
  } catch (error) {
    await keep(one, 'failed-rollout-one');
    await keep(two, 'failed-rollout-two');
    throw error;
  } finally {
    lock.kill();
    await one.close();
    await two.close();
  }
});

test('a canceled run finishes the tenants it works on, leaves the others, and stays canceled', async () => {
  const file = 'tenants/0007_slow.sql';
  site.write(file, 'alter table {schema}.orders add column slow int;\n');
  const chosen = names.filter((name) => name.startsWith('eu_'));
  const lock = lockOn(site.database, chosen.slice(0, 5));
  await lock.isHeld;
  const opened = await watcher('apply');
  const { page } = opened;
  try {
    await visit(opened, origin, prefix, 'roll-out?apply=true&name=v1.3.0&tenants=eu_*');
    await page.type('#failures', '10');
    await page.type('#confirm', 'v1.3.0');
    await press(page, 'button', 'Apply');
    await shows(page, /4 statements/);
    await press(page, 'button', 'Cancel…');
    await press(page, 'button', 'Yes, cancel');
    await shows(page, /is being canceled/);
    lock.letGo();
    await shows(page, /The run was canceled\. [45] of \d+ tenants done/);
    await page.reload();
    await shows(page, /The run was canceled/);
    assert.deepEqual(await objections(opened), []);
  } finally {
    lock.kill();
    await keep(opened, 'run-canceled');
    await opened.close();
  }
});

test('a dry run changes nothing', async () => {
  site.write('tenants/0008_dry.sql', 'alter table {schema}.orders add column dry int;\n');
  const opened = await watcher('plan');
  const { page } = opened;
  try {
    await visit(opened, origin, prefix, `roll-out?name=try&tenants=${names[0]}`);
    await press(page, 'button', 'Start the dry run');
    await shows(page, /The dry run ended well and was rolled back/);
    await until('nothing is left', () => site.sql(`select count(*) from information_schema.columns where column_name = 'dry'`) === '0');
  } finally {
    await opened.close();
  }
});
