// The page as the server makes it: read and walked without scripts, then taken over by them.
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { barriers, launch, open, painted } from './browser'
import { site, surveyedRegency } from './site'

const here = site()
const { ask } = here

const PLAIN = { javaScriptEnabled: false }
const plainly = (query: string, options = {}) => open(here.browser, `${here.url}/${query}`, { ...PLAIN, ...options })
const rows = (page: Page) => page.locator('.scroll tbody tr[data-code]')

test('without scripts the map and the table have every area, in either language', async () => {
  const { features } = await ask('/layers/poverty/province.geojson?geometry=none')
  for (const [language, word] of [['en', /\d\.\d%/], ['id', /\d,\d\u00a0%/]] as const) {
    const { page, faults, close } = await plainly(`?lang=${language}`)
    expect(await page.locator('html').getAttribute('lang')).toBe(language)
    expect(await page.locator('.standin path[data-code]').count()).toBe(features.length)
    expect(await rows(page).count()).toBe(features.length)
    expect(await page.locator('.scroll table').isVisible()).toBe(true)
    expect(await page.locator('.legend .headline').innerText()).toMatch(word)
    const map = (await page.locator('.standin svg').boundingBox())!
    expect(map.width * map.height).toBeGreaterThan(100_000)
    expect(faults).toEqual([])
    await close()
  }
})

test('without scripts links lead down to a village, and the language changes on the way', async () => {
  const { page, close } = await plainly('?lang=en')
  const worst = page.locator('.ranking a').first()
  const ranked = await worst.getAttribute('data-code')
  await worst.click()
  expect(await page.locator('.profile').getAttribute('data-code')).toBe(ranked)
  // Not every region has one that is ranked: the table has them all.
  let code = 'nation'
  for (const level of ['regencies', 'districts', 'villages', '']) {
    code = (await ask(`/regions/${code}`)).children[0].code
    await page.locator(`.scroll tr[data-code="${code}"] a`).click()
    if (level) await page.getByRole('link', { name: `Look inside: ${level}` }).first().click()
  }
  expect(await page.locator('.profile').getAttribute('data-code')).toBe(code)
  expect(await page.locator('.path li').count()).toBe(4)
  const name = await page.locator('.profile h2').innerText()
  await page.getByRole('link', { name: 'Bahasa Indonesia' }).click()
  expect(await page.locator('html').getAttribute('lang')).toBe('id')
  expect(await page.locator('.profile h2').innerText()).toBe(name)
  await page.locator('.path a:not(.back)').first().click()
  expect(await page.locator('.path li').count()).toBe(1)
  await close()
})

test('without scripts an area of the map is a link to its profile', async () => {
  const { page, close } = await plainly('?lang=en')
  const [province] = (await ask('/regions/nation')).children
  const area = page.locator(`.standin a:has(path[data-code="${province.code}"])`)
  await page.goto(new URL((await area.getAttribute('href'))!, here.url).href)
  expect(await page.locator('.profile h2').innerText()).toBe(province.name)
  expect(await page.locator('.standin .chosen').getAttribute('data-code')).toBe(province.code)
  await close()
})

test('without scripts forms find a region and show another theme', async () => {
  const { page, close } = await plainly('?lang=en')
  const regency = await surveyedRegency(ask)
  await page.locator('#search').fill(regency.name)
  await page.getByRole('button', { name: 'Search' }).click()
  await page.locator('.found').getByRole('link', { name: regency.name, exact: true }).first().click()
  expect(await page.locator('.profile h2').innerText()).toBe(regency.name)
  await page.locator('#theme').selectOption('children')
  await page.locator('#measure').selectOption('count')
  await page.getByRole('button', { name: 'Show' }).click()
  expect(page.url()).toContain('theme=children')
  expect(await page.locator('.legend .headline').innerText()).toContain('persons under 18')
  expect(await page.locator('.profile h2').innerText()).toBe(regency.name)
  await close()
})

test('without scripts nothing hinders seriously, and nothing is cut off on a small phone', async () => {
  const { children } = await ask('/regions/nation')
  const queries = ['?lang=en', `?lang=id&within=${children[0].code}&area=${children[0].code}&geography=regency`, '?lang=en&q=zz', '?lang=id&geography=hexagon&view=table']
  for (const query of queries) {
    // axe is a script itself: the page's own are kept from it instead.
    const context = await here.browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: true })
    const page = await context.newPage()
    await page.route('**/assets/*.js', (route) => route.abort())
    await page.goto(`${here.url}/${query}`)
    expect(await barriers(page), query).toEqual([])
    await page.setViewportSize({ width: 320, height: 640 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth), query).toBeLessThanOrEqual(320)
    await context.close()
  }
})

test('the first page weighs at most 100 kB', async () => {
  for (const query of ['', '?geography=regency', '?geography=hexagon']) {
    const html = await (await fetch(`${here.url}/${query}`)).text()
    expect(gzipSync(html).length, query).toBeLessThan(100_000)
  }
})

/** A page whose scripts, or whose map alone, are kept back until they are let go. */
async function heldBack(files: string) {
  const context = await here.browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce' })
  context.setDefaultTimeout(120_000)
  const page = await context.newPage()
  const hold = async (pattern: string) => {
    let go = () => {}
    const held = new Promise<void>((done) => (go = done))
    await page.route(pattern, async (route) => {
      await held
      await route.continue()
    })
    return go
  }
  const go = await hold(files)
  return { page, go, hold, close: () => context.close() }
}

test('scripts take the page over without a jump, and the map stands until the other one is painted', async () => {
  const { page, go, hold, close } = await heldBack('**/assets/index-*.js')
  const paint = await hold('**/assets/canvas-*.js')
  const tops = () =>
    page.evaluate(async () => {
      // Letters are asked for where they are laid out.
      document.body.getBoundingClientRect()
      await document.fonts.ready
      const parts = ['h1', '#search', '#theme', '.path ol', '.map', '.legend', '.profile']
      return parts.map((part) => Math.round(document.querySelector(part)!.getBoundingClientRect().top))
    })
  await page.goto(here.url, { waitUntil: 'commit' })
  await page.locator('footer').waitFor()
  await page.waitForFunction(() => [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')].every(({ sheet }) => sheet))
  const before = await tops()
  go()
  await page.locator('#page[data-scripted]').waitFor()
  expect(await page.locator('.standin path[data-code]').count()).toBeGreaterThan(1)
  const after = await tops()
  for (const [at, top] of before.entries()) expect(Math.abs(top - after[at]!), `${before} and ${after}`).toBeLessThanOrEqual(2)
  paint()
  await painted(page, 'poverty province share')
  await expect.poll(() => page.locator('.standin').count()).toBe(0)
  await close()
})

test('who types before scripts are there goes on typing', async () => {
  const { page, go, close } = await heldBack('**/assets/index-*.js')
  await page.goto(here.url, { waitUntil: 'commit' })
  const [province] = (await ask('/regions/nation')).children
  await page.locator('#search').fill(province.name)
  go()
  await page.locator(`#found-${province.code}`).waitFor()
  expect(await page.locator('#search').inputValue()).toBe(province.name)
  await close()
})

test('without WebGL a picture of the map stands beside its table', async () => {
  const without = await launch('draws not')
  const { page, close } = await open(without, `${here.url}/?lang=en&theme=children`)
  const picture = page.locator('.shown img.picture')
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBeGreaterThan(100)
  expect(await picture.getAttribute('src')).toContain('/maps/children/province.svg')
  expect(await rows(page).count()).toBe((await ask('/layers/children/province.geojson?geometry=none')).features.length)
  await close()
  await without.close()
})
