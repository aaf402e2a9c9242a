// What the moving map waits for on a slow line: nothing that could have been asked for before.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { painted } from './browser'
import { site } from './site'

const here = site()

/** A page of a phone that keeps its list of what was asked for; what fits `held` is kept back until `go`. */
async function visit(query: string, held: RegExp) {
  const context = await here.browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'en-GB', reducedMotion: 'reduce' })
  context.setDefaultTimeout(120_000)
  const asked: string[] = []
  context.on('request', (request) => asked.push(request.url().replace(here.url, '')))
  const page = await context.newPage()
  let go = () => {}
  const gone = new Promise<void>((done) => (go = done))
  await context.route(held, async (route) => {
    await gone
    await route.continue()
  })
  await page.goto(`${here.url}/${query}`, { waitUntil: 'commit' })
  return { page, asked, go, close: () => context.close() }
}

const INSIDE = /^\/(layers|regions|tiles|assets\/canvas)/
const drawn = (page: Page, geography: string) => painted(page, `poverty ${geography} share`)

test('figures and the map\'s program are asked for before any script runs, and once', async () => {
  const { children } = await (await fetch(`${here.url}/regions/nation`)).json()
  const inside = `?lang=en&geography=regency&within=${children[0].code}&area=${children[0].code}`
  for (const [query, geography, files] of [['?lang=en', 'province', 5], ['?lang=en&geography=regency', 'regency', 6], [inside, 'regency', 6]] as const) {
    const { page, asked, go, close } = await visit(query, /\/assets\/index-.*\.js$/)
    await expect.poll(() => asked.filter((url) => INSIDE.test(url)).length, { message: query }).toBe(files)
    go()
    await drawn(page, geography)
    const figures = asked.filter((url) => /^\/(layers|regions|tiles\/\w+\.json)/.test(url))
    expect(figures.filter((url, at) => figures.indexOf(url) !== at), query).toEqual([])
    await close()
  }
})

test('the first tiles are asked for while the map\'s worker is still on its way', async () => {
  const tiles = (asked: string[]) => asked.filter((url) => url.includes('.mvt'))
  const whole = await visit('?lang=en', /nothing/)
  await drawn(whole.page, 'province')
  const needed = [...new Set(tiles(whole.asked))]
  expect(needed.length).toBeGreaterThan(0)
  await whole.close()
  const { page, asked, go, close } = await visit('?lang=en', /\/assets\/maplibre-gl-worker-/)
  await expect.poll(() => needed.filter((url) => !asked.includes(url))).toEqual([])
  go()
  await drawn(page, 'province')
  expect(tiles(asked).filter((url) => !needed.includes(url))).toEqual([])
  await close()
})

test('a table asks for no map', async () => {
  const { page, asked, close } = await visit('?lang=en&view=table', /nothing/)
  await page.locator('#page[data-scripted]').waitFor()
  expect(asked.filter((url) => /tiles|canvas|worker/.test(url))).toEqual([])
  await close()
})
