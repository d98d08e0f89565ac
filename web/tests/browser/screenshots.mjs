// Makes the pictures of docs/console.md and README.md: scripts/console-screenshots.sh starts it.
import { join } from 'node:path';
import { launch, openPage, press, settled, visit } from './browser.mjs';
import { fleet, lockOn, tokenKeys, tokens } from './fleet.mjs';

const target = process.argv[2];
const prefix = '/migrator';
const { site, names, failing } = fleet('pictures', 1000, { keys: 'maxFailures: 10\n' });
site.config('closed.yaml', tokenKeys.replaceAll('-person', ''));
const { origin } = await site.serve('closed.yaml');
const browser = await launch();

async function signedIn(options) {
  const opened = await openPage(browser, options);
  await visit(opened, origin, prefix, 'sign-in');
  await opened.page.type('#token', tokens.apply);
  await press(opened.page, 'button', 'Sign in');
  await opened.page.waitForFunction(() => document.body.innerText.includes('apply (apply)'));
  return opened;
}

const size = { width: 1120, height: 760 };
const picture = ({ page }, name) => page.screenshot({ path: join(target, `${name}.png`), optimizeForSpeed: false });

async function still(name, place, options = {}, before = () => undefined) {
  const opened = await signedIn({ ...size, ...options });
  await visit(opened, origin, prefix, place);
  await before(opened.page);
  await settled(opened.page);
  await picture(opened, name);
  await opened.close();
}

async function run() {
  const lock = lockOn(site.database, [names.find((name) => name.startsWith('us_') && !failing.includes(name))], 'access share');
  await lock.isHeld;
  const opened = await signedIn({ ...size, height: 900 });
  const { page } = opened;
  await visit(opened, origin, prefix, 'roll-out?apply=true&name=v1.2.0');
  await page.type('#canary', '5');
  await page.type('#waves', '20% 100%');
  await page.waitForFunction(() => document.body.innerText.includes('wave 2'));
  await settled(page);
  await picture(opened, 'roll-out');
  await page.type('#confirm', 'v1.2.0');
  await press(page, 'button', 'Apply');
  await page.waitForFunction(() => document.body.innerText.includes('held by') && document.body.innerText.includes('3 failed'), { timeout: 180_000 });
  await picture(opened, 'run');
  lock.kill();
  await opened.close();
}

try {
  await still('fleet', 'fleet');
  await still('fleet-dark', 'fleet', { dark: true });
  await still('tenant', `tenants/${failing[0]}`);
  await still('plan', `plan?tenant=${failing[0]}`, {}, (page) => page.click('.files summary'));
  // They would fail, too: what is new to all is not enough for them.
  site.sql("delete from public.accounts where name like 'new%'");
  await run();
} finally {
  await browser.close();
  site.close();
}
