// How long a fresh phone waits for the map: `SEBARAN_URL=http://127.0.0.1:8080 node tests/paint.mjs [runs]`.
// 1.6 Mbit/s, 150 ms there and back, a processor 4 times slower; without a graphics device, so the second
// number is that of a machine that draws by its processor alone.
import { chromium } from 'playwright-core'

const url = process.env.SEBARAN_URL
if (!url) throw new Error('SEBARAN_URL names the server, for example http://127.0.0.1:8080')
const runs = Number(process.argv[2] ?? 3)
const LINE = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750, connectionType: 'cellular3g' }
const args = [
  '--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
  '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
]
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args })

/** Milliseconds since the address was entered. */
async function once(query) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, locale: 'en-GB', reducedMotion: 'reduce' })
  const page = await context.newPage()
  const line = await context.newCDPSession(page)
  await line.send('Network.enable')
  await line.send('Network.emulateNetworkConditions', LINE)
  await line.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  await page.addInitScript(() => {
    globalThis.seen = { shift: 0 }
    const first = (name) => (globalThis.seen[name] ??= performance.now())
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => (globalThis.seen[entry.name] = entry.startTime))).observe({ type: 'paint', buffered: true })
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => (globalThis.seen.largest = entry.startTime))).observe({ type: 'largest-contentful-paint', buffered: true })
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => (globalThis.seen.shift += entry.value))).observe({ type: 'layout-shift', buffered: true })
    const look = () => {
      const map = document.querySelector('.standin svg path[data-code]')
      // The frame in which it is found is painted before the next one begins.
      if (map && globalThis.seen['first-contentful-paint'] !== undefined) first('map')
      if (document.querySelector('#page[data-scripted]')) first('scripts')
      if (Number(document.querySelector('.canvas')?.dataset.painted) > 0) return first('moving')
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
  await page.goto(`${url}/${query}`, { waitUntil: 'commit' })
  await page.waitForFunction(() => globalThis.seen?.moving !== undefined, undefined, { timeout: 120_000, polling: 100 })
  const seen = await page.evaluate(() => globalThis.seen)
  await context.close()
  return seen
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const seconds = (ms) => (ms / 1000).toFixed(2)
console.log('| page | first paint s | map to be seen s | scripts in place s | map that moves s | layout shift |')
console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
for (const query of ['?lang=en', '?lang=en&geography=regency']) {
  const all = []
  for (let run = 0; run < runs; run++) all.push(await once(query))
  const of = (name) => median(all.map((seen) => seen[name] ?? 0))
  const row = [query, seconds(of('first-contentful-paint')), seconds(of('map')), seconds(of('scripts')), seconds(of('moving')), of('shift').toFixed(3)]
  console.log(`| ${row.join(' | ')} |`)
}
await browser.close()
