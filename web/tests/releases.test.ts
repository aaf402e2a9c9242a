// Several releases: one of them shown, two of them compared.
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { barriers, open, painted } from './browser'
import { shown, site } from './site'

const LATER = 'changed'

const here = site()
const { ask, visit } = here
/** The release that the server shows unless another one is asked for. */
let current: string

beforeAll(async () => {
  await here.server.add(LATER)
  current = (await ask('/layers')).release.release
})

const rows = (page: Page) => page.locator('tbody tr[data-code]')

interface Told {
  code: string
  status: string
  share: number
  share_moe95: number
}
const figures = async (release: string): Promise<Map<string, Told>> => {
  const { features } = await ask(`/layers/poverty/regency.geojson?geometry=none&release=${release}`)
  return new Map(features.map(({ properties }: { properties: Told }) => [properties.code, shown(properties)]))
}

test('everything that is asked names the release that is shown', async () => {
  const { page, faults, close } = await visit('?lang=en')
  const named: (string | null)[] = []
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url())
    if (/^\/(tiles|regions|layers\/)/.test(pathname)) named.push(searchParams.get('release'))
  })
  await painted(page, 'poverty province share')
  await page.locator('#geography').selectOption('regency')
  await painted(page, 'poverty regency share')
  expect([...new Set(named)]).toEqual([current])
  await page.locator('#release').selectOption(LATER)
  await page.locator(`.canvas[data-release="${LATER}"]`).waitFor()
  await painted(page, 'poverty regency share')
  await expect.poll(() => page.locator('.legend .source').innerText()).toContain(LATER)
  expect(page.url()).toContain(`release=${LATER}`)
  await page.getByRole('button', { name: 'Use own classes' }).click()
  // What was asked before the choice is answered after it.
  named.length = 0
  await page.locator('#geography').selectOption('province')
  await painted(page, 'poverty province share')
  expect([...new Set(named)]).toEqual([LATER])
  expect(faults).toEqual([])
  await close()
})

test('another release is shown in the same classes, until it is to have its own', async () => {
  const { page, faults, close } = await visit('?lang=en&geography=regency')
  await painted(page, 'poverty regency share')
  const edges = async () => (await page.locator('.legend .classes').first().locator('li').allInnerTexts()).map((text) => text.split(/\d+ area/)[0])
  const before = await edges()
  await page.locator('#release').selectOption(LATER)
  await page.getByText(`Classes of release ${current}`).waitFor()
  expect(page.url()).toContain(`classes=${current}`)
  expect(await edges()).toEqual(before)
  // The page as the server makes it, and its picture, have them too.
  const classes = (of: Page) => of.locator('.legend .classes').first().innerText()
  const made = await open(here.browser, page.url(), { javaScriptEnabled: false })
  expect(await classes(made.page)).toBe(await classes(page))
  await made.close()
  const picture = await fetch(new URL((await page.getByRole('link', { name: 'Picture to edit (SVG)' }).getAttribute('href'))!, here.url))
  expect(await picture.text()).toContain(`Classes of release ${current}`)
  await page.getByRole('button', { name: 'Use own classes' }).click()
  await expect.poll(edges).not.toEqual(before)
  expect(page.url()).not.toContain('classes=')
  await page.goBack()
  await expect.poll(edges).toEqual(before)
  await page.locator('#release').selectOption(current)
  await expect.poll(() => page.url()).not.toContain('classes=')
  await expect.poll(edges).toEqual(before)
  expect(faults).toEqual([])
  await close()
})

test('a comparison colours what changed beyond its margin, and nothing else', async () => {
  const [now, before] = [await figures(LATER), await figures(current)]
  const { page, faults, close } = await visit(`?lang=en&geography=regency&release=${current}`)
  await page.locator('#compare').selectOption(LATER)
  expect(await painted(page, 'poverty regency share change')).toBeGreaterThan(10)
  expect(page.url()).toContain(`compare=${LATER}`)
  const classes = [0, 0, 0, 0, 0, 0, 0]
  for (const [code, { share, share_moe95, status }] of now) {
    const then = before.get(code)!
    if (status !== 'value' || then.status !== 'value') continue
    const apart = share - then.share
    const isClear = Math.abs(apart) > Math.hypot(share_moe95, then.share_moe95)
    const size = Math.abs(apart) >= 0.05 ? 3 : Math.abs(apart) >= 0.02 ? 2 : 1
    classes[3 + (isClear ? Math.sign(apart) * size : 0)]! += 1
  }
  const told = await page.locator('.legend [data-class]').evaluateAll((all) => all.map((one) => Number(one.dataset['count'])))
  expect(told).toEqual(classes)
  expect(Math.min(classes[0]!, classes[3]!, classes[6]!)).toBeGreaterThan(0)
  expect(await page.locator('.profile .changed').innerText()).toContain(LATER)
  expect(faults).toEqual([])
  await close()
})

test('a picture of a comparison to take home has the classes of the map', async () => {
  const { page, close } = await visit(`?lang=en&view=table&geography=regency&release=${current}&compare=${LATER}`)
  await page.locator('.legend [data-class]').first().waitFor()
  const told = await page.locator('.legend [data-class]').evaluateAll((all) => all.map((one) => one.textContent!.replace(/\s+/g, ' ').trim()))
  const url = new URL((await page.getByRole('link', { name: 'Picture to edit (SVG)' }).getAttribute('href'))!, here.url)
  expect(url.searchParams.get('compare')).toBe(LATER)
  const drawing = await (await fetch(url)).text()
  const texts = [...drawing.split('class="legend"')[1]!.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!)
  for (const one of told) {
    const at = texts.findIndex((text) => one.startsWith(`${text} `))
    expect(`${texts[at]} ${texts[at + 1]}`, one).toBe(one)
  }
  expect(drawing).toContain(`what changed from ${current} to ${LATER}`)
  await close()
})

test('the table of a comparison has before, now, change and margin, the earlier release before', async () => {
  const [now, before] = [await figures(LATER), await figures(current)]
  const { page, close } = await visit(`?lang=en&view=table&geography=regency&release=${current}&compare=${LATER}`)
  await rows(page).first().waitFor()
  await expect.poll(() => page.locator('.scroll thead').innerText()).toContain(`Before (${current})`)
  const code = (await rows(page).first().getAttribute('data-code'))!
  const percent = (share: number) => `${(share * 100).toFixed(1)}%`
  const cells = await rows(page).first().locator('td').allInnerTexts()
  expect(cells.slice(0, 2)).toEqual([percent(before.get(code)!.share), percent(now.get(code)!.share)])
  expect(cells[2]).toBe(`+${((now.get(code)!.share - before.get(code)!.share) * 100).toFixed(1)} points`)
  expect(cells[3]).toMatch(/^±\s(<\s)?\d+\.\d points$/)
  expect(await rows(page).filter({ hasText: 'no clear change' }).count()).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Before' }).click()
  await expect.poll(() => page.locator('th[aria-sort="descending"]').innerText()).toContain('Before')
  await close()
})

test('hexagons and numbers are compared by how much they changed', async () => {
  const { page, close } = await visit(`?lang=id&geography=regency&measure=count&release=${current}&compare=${LATER}`)
  await painted(page, 'poverty regency count change')
  await page.getByText('turun 25\u00a0% atau lebih').waitFor()
  await page.locator('#geography').selectOption('hexagon')
  await painted(page, 'poverty hexagon density change')
  await close()
})

test('two releases stand side by side, with one camera and the same classes', async () => {
  const { page, faults, close } = await visit(`?lang=en&geography=regency&release=${LATER}&compare=${current}`)
  await page.locator('#view-beside').click()
  const canvas = (release: string) => page.locator(`.canvas[data-release="${release}"]`)
  for (const release of [current, LATER]) {
    await expect.poll(async () => Number(await canvas(release).getAttribute('data-painted'))).toBeGreaterThan(10)
  }
  const camera = (release: string) => canvas(release).getAttribute('data-camera')
  const parts = async (release: string) => ((await camera(release)) ?? '').split('/').map(Number)
  const apart = async () => {
    const [one, two] = [await parts(current), await parts(LATER)]
    return Math.max(...one.map((part, at) => Math.abs(part - two[at]!)))
  }
  await expect.poll(apart).toBeLessThan(0.001)
  const before = await camera(current)
  await page.getByRole('button', { name: 'Zoom in' }).first().click()
  await expect.poll(() => camera(current)).not.toBe(before)
  // The address, by which they are told of each other, has hundredths of a zoom.
  await expect.poll(apart).toBeLessThan(0.02)
  const [left, right] = [await canvas(current).boundingBox(), await canvas(LATER).boundingBox()]
  expect(left!.x).toBeLessThan(right!.x)
  expect(await barriers(page)).toEqual([])
  expect(faults).toEqual([])
  await close()
})

test('a profile tells its figure in every release', async () => {
  const { page, close } = await visit(`?lang=en&view=table&release=${current}`)
  await page.getByText('In every release').click()
  await page.locator('.trend tbody tr').first().waitFor()
  expect(await page.locator('.trend tbody th').allInnerTexts()).toEqual([current, LATER].sort())
  await close()
})

test('a release that is not there is told of, and the way out', async () => {
  const { page, close } = await visit('?lang=en&release=nowhere')
  await page.getByRole('button', { name: 'Show the current release' }).click()
  await painted(page, 'poverty province share')
  expect(await page.getByRole('alert').count()).toBe(0)
  await close()
})

test('a comparison hinders nobody and is not cut off', async () => {
  for (const [view, width] of [['map', 320], ['table', 320], ['map', 1280], ['table', 1280]] as const) {
    const { page, close } = await visit(`?lang=id&geography=regency&view=${view}&compare=${LATER}`, { width })
    await page.locator('.changes tbody tr').first().waitFor()
    await page.locator(view === 'map' ? '.legend [data-class]' : '.scroll tbody tr').first().waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `${view} at ${width}`).toBeLessThanOrEqual(width)
    expect(await barriers(page)).toEqual([])
    await close()
  }
})
