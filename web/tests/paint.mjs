// How long a fresh phone waits for the map: `SEBARAN_URL=http://127.0.0.1:8080 node tests/paint.mjs [runs]`.
// 1.6 Mbit/s and 150 ms there and back, for workers too; a page's thread 4 times slower; no graphics device, so what a
// phone's would draw is drawn by the processor: `ANGLE=swiftshader` draws the page itself by software GL too.
import { chromium } from 'playwright-core'
import { line } from './line.mjs'

const url = process.env.SEBARAN_URL
if (!url) throw new Error('SEBARAN_URL names the server, for example http://127.0.0.1:8080')
const runs = Number(process.argv[2] ?? 3)
const LINE = { down: 200_000, up: 93_750, roundTripMs: 150 }
const args = [
  '--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
  `--use-angle=${process.env.ANGLE ?? 'swiftshader-webgl'}`, '--enable-unsafe-swiftshader',
]
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args })

/** Milliseconds since the address was entered, and bytes that came down until the map moves. */
async function once(query) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, locale: 'en-GB', reducedMotion: 'reduce' })
  const page = await context.newPage()
  const processor = await context.newCDPSession(page)
  await processor.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  await page.addInitScript(observe)
  const slow = await line(url, LINE)
  await page.goto(`${slow.url}/${query}`, { waitUntil: 'commit' })
  await page.waitForFunction(() => globalThis.seen?.moving !== undefined, undefined, { timeout: 120_000, polling: 100 })
  const seen = await page.evaluate(() => globalThis.seen)
  const bytes = slow.bytes()
  await context.close()
  slow.close()
  return { ...seen, bytes }
}

/** In the page: what is painted, as the browser itself tells it, and what is in place. */
function observe() {
  const seen = (globalThis.seen = { shift: 0 })
  const told = (type, tell) => new PerformanceObserver((list) => list.getEntries().forEach(tell)).observe({ type, buffered: true })
  told('paint', (entry) => (seen[entry.name] = entry.startTime))
  told('layout-shift', (entry) => (seen.shift += entry.value))
  // The sentence stands behind the map in the document: the frame that first has it has the whole map.
  told('element', (entry) => (seen.map ??= entry.renderTime))
  const look = () => {
    document.querySelector('.legend .headline:not([elementtiming])')?.setAttribute('elementtiming', 'behind-the-map')
    if (document.querySelector('#page[data-scripted]')) seen.scripts ??= performance.now()
    if (!(Number(document.querySelector('.canvas')?.dataset.painted) > 0)) return
    watch.disconnect()
    requestAnimationFrame(() => (seen.moving = performance.now()))
  }
  const watch = new MutationObserver(look)
  watch.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-painted', 'data-scripted'] })
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const seconds = (ms) => (ms / 1000).toFixed(2)
console.log('| page | first paint s | map to be seen s | scripts in place s | map that moves s | kB until then | layout shift |')
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |')
for (const query of ['?lang=en', '?lang=en&geography=regency']) {
  const all = []
  for (let run = 0; run < runs; run++) all.push(await once(query))
  const of = (name) => median(all.map((seen) => seen[name] ?? 0))
  const times = ['first-contentful-paint', 'map', 'scripts', 'moving'].map((name) => seconds(of(name)))
  console.log(`| ${[query, ...times, Math.round(of('bytes') / 1000), of('shift').toFixed(3)].join(' | ')} |`)
}
await browser.close()
