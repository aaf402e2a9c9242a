// The filter over several themes: what meets it on the map, in the table, in the address and in the list.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { barriers, painted } from './browser'
import { shown, site } from './site'

const here = site()
const { ask, visit } = here

const ASKED = 'filter=poverty.share.least.0.24,elderly.count.least.120'

interface Told {
  code: string
  households: number
  count: number
  share: number
  status: string
}
const figures = async (theme: string): Promise<Told[]> => {
  const { features } = await ask(`/layers/${theme}/regency.geojson?geometry=none`)
  return features.map(({ properties }: { properties: Told }) => (theme === 'poverty' ? shown(properties) : properties))
    .filter(({ status }: Told) => status === 'value')
}

/** The regencies that meet `ASKED`, from the layers themselves. */
async function meeting(): Promise<Told[]> {
  const elderly = new Map((await figures('elderly')).map((one) => [one.code, one]))
  const found = (await figures('poverty')).filter(({ code, share }) => share >= 0.24 && (elderly.get(code)?.count ?? 0) >= 120)
  expect(found.length).toBeGreaterThan(0)
  return found
}
const counted = (page: Page) => page.locator('.met').getAttribute('data-met')

test('an address with a filter marks what meets it, counts it, and fades the rest', async () => {
  const met = await meeting()
  const { page, faults, close } = await visit(`?lang=en&geography=regency&${ASKED}`)
  expect(await painted(page, 'poverty regency share filtered')).toBeGreaterThan(met.length)
  expect(await counted(page)).toBe(String(met.length))
  const households = met.reduce((sum, one) => sum + one.households, 0).toLocaleString('en-GB')
  expect(await page.locator('.met').innerText()).toContain(`with ${households} visited households`)
  await page.locator('#view-table').click()
  const rows = page.locator('.scroll tbody tr')
  await rows.first().waitFor()
  const first = await rows.evaluateAll((all, count) => all.slice(0, count).map((row) => row.dataset['code']), met.length)
  expect([...first].sort()).toEqual(met.map(({ code }) => code).sort())
  expect(await page.locator('.scroll tbody tr[data-met="true"]').count()).toBe(met.length)
  expect(faults).toEqual([])
  await close()
})

test('a picture to take home fades what the map fades, and its workbook is of the same areas', async () => {
  const met = await meeting()
  const { page, close } = await visit(`?lang=en&view=table&geography=regency&${ASKED}`)
  await page.locator('.met[data-met]').waitFor()
  const link = async (name: string) => new URL((await page.getByRole('link', { name }).getAttribute('href'))!, here.url)
  const drawing = await (await fetch(await link('Picture to edit (SVG)'))).text()
  expect(drawing).toContain('class="veil"')
  expect(drawing).toContain(`${met.length} areas of `)
  for (const [name, kind] of [['Picture to print (PDF)', 'application/pdf'], ['Workbook (Excel)', 'spreadsheetml.sheet']] as const) {
    const answer = await fetch(await link(name))
    expect([answer.status, answer.headers.get('content-type')?.includes(kind)], name).toEqual([200, true])
  }
  await close()
})

test('the list of what meets it has the figures of both themes', async () => {
  const met = await meeting()
  const { page, close } = await visit(`?lang=en&view=table&geography=regency&${ASKED}`)
  await page.locator('.met[data-met]').waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.filter .list').click()])
  expect(download.suggestedFilename()).toMatch(/^sebaran-regency-.*\.csv$/)
  const [head, ...lines] = readFileSync(await download.path(), 'utf8').trim().split('\r\n')
  expect(head).toContain('poverty_share,poverty_share_moe95,poverty_share_estimate,poverty_share_estimate_moe95,poverty_status,elderly_count')
  expect(lines.map((line) => line.split(',')[0]).sort()).toEqual(met.map(({ code }) => code).sort())
  await close()
})

test('conditions are made by hand, live, and taken back', async () => {
  const { page, close } = await visit('?lang=en&view=table&geography=regency')
  await page.locator('.scroll tbody tr').first().waitFor()
  await page.locator('.filter summary').click()
  await page.getByRole('button', { name: 'Add a condition' }).click()
  await page.locator('.met[data-met]').waitFor()
  const half = Number(await counted(page))
  expect(half).toBeGreaterThan(0)
  await page.getByLabel('Per cent').fill('0')
  await expect.poll(async () => Number(await counted(page))).toBeGreaterThan(half)
  await page.getByLabel('Per cent').fill('100')
  await expect.poll(() => counted(page)).toBe('0')
  expect(page.url()).toContain('filter=poverty.share.least.1')
  expect(await page.locator('.filter .list').isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Remove condition 1' }).click()
  await expect.poll(() => page.locator('.met').count()).toBe(0)
  expect(page.url()).not.toContain('filter=')
  await close()
})

test('a filter hinders nobody and is not cut off', async () => {
  for (const width of [320, 1280]) {
    const { page, close } = await visit(`?lang=id&geography=regency&${ASKED}`, { width })
    await page.locator('.met[data-met]').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `at ${width}`).toBeLessThanOrEqual(width)
    expect(await barriers(page)).toEqual([])
    await close()
  }
})
