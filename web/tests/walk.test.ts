// A planner's errand without help from outside, each part in five steps or fewer.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { painted } from './browser'
import { shown, site } from './site'

const here = site()
const { ask, visit } = here

interface Told {
  code: string
  name: string
  share: number | null
  status: string
}

/** A name as somebody writes it who has heard it. */
const misspelt = (name: string) => `kab. ${name.split(' ').at(-1)!.toLowerCase().replace(/^(..)(.)/, '$1$2$2')}`

test('a regency is found by a misspelt name, judged, looked into, and taken home', async () => {
  const { features } = await ask('/layers/poverty/regency.geojson?geometry=none')
  const regency: Told = features.map(({ properties }: { properties: Told }) => properties).find(({ name, status }: Told) => name.startsWith('Kabupaten') && status === 'value')
  const found = (await ask(`/regions/${regency.code}`)).themes[0]
  const told = { ...shown(found), parent: shown(found.parent) }

  const { page, faults, close } = await visit('?lang=en')
  // One: find it.
  await page.locator('#search').fill(misspelt(regency.name))
  await page.locator(`#found-${regency.code}`).click()
  await page.locator(`.profile[data-code="${regency.code}"]`).waitFor()
  // What its profile says: how many, and whether it is better or worse than the province.
  const share = `${(told.share * 100).toFixed(1)}%`
  expect(await page.locator('.profile .headline').innerText()).toContain(`${share} (±`)
  expect(await page.locator('.profile [data-theme="poverty"]').innerText()).toContain(told.count.toLocaleString('en-GB'))
  const margin = Math.hypot(told.share_moe95, told.parent.share_moe95)
  const apart = told.share - told.parent.share
  const judged = Math.abs(apart) <= margin ? 'No clear difference from' : apart > 0 ? 'Worse than' : 'Better than'
  expect(await page.locator('.profile .comparison').first().innerText()).toMatch(new RegExp(`^${judged} Provinsi`))
  // The three worst districts stand beside the map.
  await painted(page, 'poverty district share')
  const districts: Told[] = (await ask(`/layers/poverty/district.geojson?geometry=none&within=${regency.code}`)).features
    .map(({ properties }: { properties: Told }) => shown(properties))
  const worst = districts.filter(({ status }) => status === 'value').sort((a, b) => b.share! - a.share!).slice(0, 3)
  const ranked = page.locator('.ranking ol').first().locator('button')
  await expect.poll(async () => (await ranked.evaluateAll((all) => all.map((one) => one.dataset['code']))).slice(0, worst.length))
    .toEqual(worst.map(({ code }) => code))
  // Two: a table.
  const [table] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Table (CSV)' }).click()])
  expect(readFileSync(await table.path(), 'utf8').trim().split('\n')).toHaveLength(districts.length + 1)
  // Three: a picture of the same.
  const picture = new URL((await page.getByRole('link', { name: 'Picture (PNG)' }).getAttribute('href'))!, here.url)
  expect(picture.pathname).toBe('/maps/poverty/district.png')
  expect(Object.fromEntries(picture.searchParams)).toMatchObject({ within: regency.code, lang: 'en', measure: 'share', palette: 'theme' })
  expect(picture.searchParams.get('release')).toBeTruthy()
  const drawing = await fetch(picture)
  expect([drawing.status, drawing.headers.get('content-type')]).toEqual([200, 'image/png'])
  const report = new URL((await page.getByRole('link', { name: 'Report for printing' }).getAttribute('href'))!, here.url)
  expect(report.pathname).toBe(`/regions/${regency.code}/report`)
  expect(faults).toEqual([])
  await close()
})

test('panning and zooming leave no tile empty and none unanswered', async () => {
  const { page, faults, close } = await visit('?lang=en&geography=regency')
  const refused: string[] = []
  page.on('response', (answer) => {
    if (answer.url().includes('/tiles/') && answer.status() >= 400) refused.push(answer.url())
  })
  await painted(page, 'poverty regency share')
  const camera = () => page.locator('.canvas').getAttribute('data-camera')
  for (const move of ['Zoom in', 'Zoom in', 'Move east', 'Move west', 'Move north', 'Move south', 'Zoom in', 'Zoom out', 'Zoom out']) {
    const before = await camera()
    await page.getByRole('button', { name: move }).click()
    await expect.poll(camera).not.toBe(before)
    expect(await painted(page, 'poverty regency share')).toBeGreaterThan(0)
  }
  await page.getByRole('button', { name: 'Show the whole of' }).click()
  const all = (await ask('/layers/poverty/regency.geojson?geometry=none')).features.length
  await expect.poll(async () => Number(await page.locator('.canvas').getAttribute('data-painted'))).toBe(all)
  expect(refused).toEqual([])
  expect(await page.locator('.map [role=alert]').count()).toBe(0)
  expect(faults).toEqual([])
  await close()
})
