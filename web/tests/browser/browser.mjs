// Chromium for the tests: pages that note every complaint of the browser, and what axe-core says of them.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const programs = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where screenshots of a failure go. */
export const artifacts = process.env.CONSOLE_ARTIFACTS ?? '';
if (artifacts !== '') mkdirSync(artifacts, { recursive: true });

export async function launch() {
  const executablePath = programs.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('no Chromium: install chromium, or name one in CHROMIUM');
  return puppeteer.launch({
    executablePath,
    headless: true,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--force-device-scale-factor=1', '--hide-scrollbars'],
  });
}

/**
 * A page of its own, without the cookies of others. `complaints` has what the browser objects to: violations of the policy,
 * exceptions, errors in its console. Failed requests count unless the test expects them.
 */
export async function openPage(browser, { dark = false, width = 1280, height = 900, reduced = true } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const complaints = [];
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
    { name: 'prefers-reduced-motion', value: reduced ? 'reduce' : 'no-preference' },
  ]);
  await page.evaluateOnNewDocument(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => {
      window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ''}`);
    });
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    // The browser notes each answer of 4xx and 5xx; the page says what they mean.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(`console: ${text}`);
  });
  return { page, complaints, close: () => context.close() };
}

/** Goes to a place of the console and waits until it shows what it loads. */
export async function visit({ page }, origin, prefix, place) {
  await page.goto(`${origin}${prefix}/console/#/${place}`);
  await settled(page);
}

/** Nothing loads any more. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector('h1, .notice') !== null && document.querySelector('.loading, [aria-busy="true"]') === null);
}

export const text = (page, selector = 'main') => page.$eval(selector, (element) => element.innerText);

/** The link or button of that name, as a screen reader says it. */
export async function named(page, role, name) {
  const found = await page.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`, { timeout: 10_000 });
  if (!found) throw new Error(`no ${role} is called ${name}`);
  return found;
}

export async function press(page, role, name) {
  await (await named(page, role, name)).click();
}

/** What axe-core finds, a line each; and what breaks the policy. */
export async function objections({ page, complaints }) {
  // The policy holds for the page; the checker is brought in by the driver.
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map((each) => `${each.id}: ${each.help}: ${each.nodes.map((node) => node.target.join(' ')).slice(0, 3).join('; ')}`);
  });
  const policy = await page.evaluate(() => window.violations);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return [...complaints, ...found, ...policy.map((each) => `policy: ${each}`), ...(overflow > 0 ? [`the page is ${overflow} px too wide`] : [])];
}

export async function keep({ page }, name) {
  if (artifacts === '') return;
  await page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: true });
}

/** A page that must not complain, closed at the end; what it showed last is kept when the work fails. */
export async function watchPage(browser, name, options, work) {
  const opened = await openPage(browser, options);
  try {
    await work(opened);
    assert.deepEqual(opened.complaints, []);
  } catch (error) {
    await keep(opened, `failed-${name}`);
    throw error;
  } finally {
    await opened.close();
  }
}
