// The page around the map: words, table, search, what it does where something is missing.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { barriers, launch, open, painted } from './browser'
import { site, surveyedRegency } from './site'

const here = site()
const { ask, visit } = here

const rows = (page: Page) => page.locator('tbody tr[data-code]')

test('the language changes words, numbers and what a screen reader speaks', async () => {
  const { page, close } = await visit('?lang=en&view=table')
  await rows(page).first().waitFor()
  expect(await page.locator('html').getAttribute('lang')).toBe('en')
  expect(await page.locator('table').last().innerText()).toMatch(/\d\.\d%/)
  await page.getByRole('button', { name: 'Bahasa Indonesia' }).click()
  await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('id')
  expect(await page.locator('.scroll table').innerText()).toMatch(/\d,\d\u00a0%/)
  expect(await page.locator('.scroll caption').innerText()).toContain('Kemiskinan menurut provinsi')
  expect(page.url()).toContain('lang=id')
  await close()
})

test('the table has exactly the areas of the layer, and sorts', async () => {
  const [province] = (await ask('/regions/nation')).children
  const { page, close } = await visit(`?lang=en&view=table&geography=district&within=${province.code}`)
  await rows(page).first().waitFor()
  const { features } = await ask(`/layers/poverty/district.geojson?geometry=none&within=${province.code}`)
  const codes = await rows(page).evaluateAll((all) => all.map((row) => row.dataset['code']))
  expect([...codes].sort()).toEqual(features.map(({ id }: { id: string }) => id).sort())
  await page.getByRole('button', { name: 'Area' }).click()
  const names = await rows(page).locator('th').allInnerTexts()
  expect(names).toEqual([...names].sort(new Intl.Collator('en-GB', { numeric: true }).compare))
  expect(await page.locator('th[aria-sort="ascending"]').innerText()).toContain('Area')
  await close()
})

test('below 10, not enough surveyed, not visited and no data are told apart in legend and table', async () => {
  const regency = (await ask('/layers/poverty/regency.geojson?geometry=none')).features[0].id
  const { page, close } = await visit(`?lang=en&view=table&geography=village&within=${regency}`)
  await rows(page).first().waitFor()
  const { features } = await ask(`/layers/poverty/village.geojson?geometry=none&within=${regency}`)
  for (const [status, word] of [
    ['below_10', 'below 10'], ['not_enough_surveyed', 'not enough surveyed'], ['not_visited', 'not visited'], ['no_data', 'no data'],
  ] as const) {
    const there = features.filter(({ properties }: { properties: { status: string } }) => properties.status === status).length
    expect(await page.locator(`.legend [data-status="${status}"]`).getAttribute('data-count')).toBe(String(there))
    expect(await rows(page).filter({ hasText: word }).count()).toBe(there)
  }
  await close()
})

test('a region is found by a part of its name and by its code, and its profile told', async () => {
  const { page, close } = await visit('?lang=en')
  const regency = await surveyedRegency(ask)
  for (const text of [regency.name.split(' ').at(-1)!.toLowerCase(), regency.code]) {
    await page.locator('#search').fill(text)
    const option = page.locator(`#found-${regency.code}`)
    await option.waitFor()
    await option.click()
    await page.locator(`.profile[data-code="${regency.code}"]`).waitFor()
    expect(await page.locator('.profile h2').textContent()).toBe(regency.name)
    expect(await page.locator('.profile tbody tr').count()).toBeGreaterThan(1)
    expect(await page.locator('.comparison').count()).toBe(2)
    await page.goBack()
  }
  await page.locator('#search').fill('qqqqqqqq')
  await page.getByText('No region is called that').waitFor()
  await close()
})

test('what is shown can be taken home', async () => {
  const { page, close } = await visit('?lang=en&theme=children&geography=regency')
  for (const [name, type] of [
    ['Table (CSV)', 'text/csv'],
    ['Map (GeoJSON)', 'application/geo+json'],
    ['For a GIS (GeoPackage)', 'application/geopackage+sqlite3'],
  ] as const) {
    const link = await page.getByRole('link', { name }).getAttribute('href')
    const answer = await fetch(here.url + link)
    expect(answer.headers.get('content-type')).toContain(type)
  }
  await close()
})

test('nothing hinders seriously, in either view and language', async () => {
  for (const query of ['?lang=en', '?lang=id&view=table', '?lang=id&geography=hexagon', '?lang=en&measure=count']) {
    const { page, close } = await visit(query)
    await page.locator('.ranking button').first().waitFor()
    await page.locator('.profile h2').waitFor()
    expect(await barriers(page), query).toEqual([])
    await close()
  }
})

test('nothing is cut off on a small phone or a desk', async () => {
  for (const width of [320, 1280]) {
    for (const query of ['?lang=id', '?lang=id&view=table&geography=regency', '?lang=id&geography=hexagon']) {
      const { page, close } = await visit(query, { width, height: 700 })
      await page.locator('.ranking button').first().waitFor()
      const wide = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(wide, `${query} at ${width}`).toBeLessThanOrEqual(width)
      await close()
    }
  }
})

test('without WebGL the table and the ranking have everything', async () => {
  const plain = await launch('draws not')
  const { page, close } = await open(plain, `${here.url}/?lang=en`)
  await page.getByText('This browser cannot draw the map').waitFor()
  await rows(page).first().waitFor()
  expect(await rows(page).count()).toBe((await ask('/layers/poverty/province.geojson?geometry=none')).features.length)
  expect(await page.locator('.ranking button').count()).toBeGreaterThan(1)
  await close()
  await plain.close()
})

test('what could not be had is told, and had at a second try', async () => {
  const { page, close } = await visit('?lang=en')
  await painted(page, 'poverty province share')
  await page.route('**/layers/elderly/**', (route) => route.abort())
  await page.locator('#theme').selectOption('elderly')
  await page.getByText('the server cannot be reached').waitFor()
  await page.unroute('**/layers/elderly/**')
  await page.getByRole('button', { name: 'Try again' }).click()
  await painted(page, 'elderly province share')
  expect(await page.getByRole('alert').count()).toBe(0)
  await close()
})

test('files of the page are kept for good, and unknown ones are not the page', async () => {
  const html = await (await fetch(`${here.url}/`)).text()
  const script = /\/assets\/index-[\w-]+\.js/.exec(html)?.[0] ?? ''
  const answer = await fetch(here.url + script)
  expect(answer.headers.get('cache-control')).toContain('immutable')
  expect((await fetch(`${here.url}/assets/unknown.js`)).status).toBe(404)
})

test('what is told by region alone is chosen like any theme and has no hexagons', async () => {
  const { page, close } = await visit('?lang=en&theme=programmes&geography=hexagon')
  await painted(page, 'programmes province share')
  expect(await page.locator('#geography option').allInnerTexts()).not.toContain('Hexagons')
  const { sebaran, features } = await ask('/layers/programmes/province.geojson?geometry=none')
  expect(sebaran.programmes.map(({ programme }: { programme: string }) => programme)).toEqual(['PKH', 'SEMBAKO', 'PBI_JK'])
  expect(await page.locator('.legend .headline').innerText()).toContain('PKH does not reach')
  await page.getByText('Programmes in detail').click()
  await page.getByText('PKH: exclusion error').waitFor()
  await page.locator('#theme').selectOption('visits')
  await painted(page, 'visits province share')
  expect(await page.locator('.legend .headline').innerText()).toContain('were completed')
  await page.locator('#view-table').click()
  await rows(page).first().waitFor()
  expect(await rows(page).count()).toBe(features.length)
  await close()
})
