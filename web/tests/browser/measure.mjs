// Figures of the console over 10,000 tenants: scripts/console-figures.sh starts it.
import { launch, openPage, settled, visit } from './browser.mjs';
import { fleet } from './fleet.mjs';

const tenants = Number(process.argv[2] ?? 10_000);
const prefix = '/migrator';
const { site } = fleet('figures', tenants);
const { origin, process: service } = await site.serve();
const browser = await launch();

const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => sorted(values)[Math.floor(values.length / 2)];

async function firstContent(rate) {
  const times = [];
  for (let round = 0; round < 5; round++) {
    const opened = await openPage(browser);
    const client = await opened.page.createCDPSession();
    await client.send('Emulation.setCPUThrottlingRate', { rate });
    await visit(opened, origin, prefix, 'fleet');
    times.push(
      await opened.page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime),
    );
    await opened.close();
  }
  return median(times);
}

/** From the last key to the rows that fit, 120 ms of patience with the typist included. */
async function filters() {
  const opened = await openPage(browser);
  const { page } = opened;
  await visit(opened, origin, prefix, 'fleet');
  const times = [];
  for (const digit of ['1', '2', '3', '4', '5', '6', '7', '8']) {
    times.push(
      await page.evaluate(async (text) => {
        const input = document.getElementById('search');
        const begin = performance.now();
        input.value = text;
        input.dispatchEvent(new Event('input', { bubbles: true }));
        const fits = () => [...document.querySelectorAll('tbody th')].every((each) => each.innerText.includes(text));
        const isDone = () => window.location.hash.includes(`search=${text}`) && document.querySelector('[aria-busy="true"]') === null && fits();
        while (!isDone()) await new Promise((resolve) => requestAnimationFrame(resolve));
        return performance.now() - begin;
      }, `_00${digit}`),
    );
  }
  for (let round = 0; round < 20; round++) {
    await page.evaluate(() => [...document.querySelectorAll('a')].find((each) => each.innerText === 'Next page')?.click());
    await settled(page);
  }
  const client = await page.createCDPSession();
  await client.send('HeapProfiler.collectGarbage');
  const { JSHeapUsedSize } = await page.metrics();
  await opened.close();
  return { median: median(times), worst: sorted(times).at(-1), heap: JSHeapUsedSize / 1e6 };
}

async function answers() {
  const times = [];
  for (let round = 0; round < 20; round++) {
    const begin = performance.now();
    await (await fetch(`${origin}${prefix}/v1/tenants?sort=attention&limit=50&search=_00${round % 10}`)).text();
    times.push(performance.now() - begin);
  }
  return median(times);
}

try {
  console.log(`tenants: ${tenants}; service: process ${service.pid}`);
  console.log(`first content: ${Math.round(await firstContent(1))} ms, on a processor slowed 4 times ${Math.round(await firstContent(4))} ms`);
  console.log(`answer of a filtered page: ${Math.round(await answers())} ms`);
  const { median: middle, worst, heap } = await filters();
  console.log(`filter, from the last key to the rows: median ${Math.round(middle)} ms, worst ${Math.round(worst)} ms`);
  console.log(`memory of the page's objects after 20 pages: ${heap.toFixed(1)} MB`);
} finally {
  await browser.close();
  site.close();
}
