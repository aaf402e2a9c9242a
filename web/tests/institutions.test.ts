// Institutions on the map and in a region's profile.
import { expect, test } from 'vitest'
import { barriers, onScreen, painted } from './browser'
import { site } from './site'

const here = site()
const { ask, visit } = here

interface Told {
  geometry: { coordinates: [number, number] } | null
  properties: { name: string; kind: string }
}
const of = async (code: string): Promise<Told[]> => (await ask(`/layers/institutions.geojson?within=${code}`)).features

async function aDistrict(): Promise<string> {
  const { features } = await ask('/layers/poverty/district.geojson?geometry=none')
  const surveyed = features.filter(({ properties }: { properties: { status: string } }) => properties.status === 'value')
  for (const { id } of surveyed) {
    const villages = (await ask(`/layers/poverty/village.geojson?geometry=none&within=${id}`)).features
    const hasShare = villages.some(({ properties }: { properties: { share_estimate: number | null } }) => properties.share_estimate !== null)
    if (hasShare && (await of(id)).length > 2) return id
  }
  throw new Error('no district has institutions')
}

test('institutions are switched on, drawn by kind, named under the pointer, and told in the address', async () => {
  const district = await aDistrict()
  const all = await of(district)
  const { page, faults, close } = await visit(`?lang=en&geography=village&within=${district}`)
  await painted(page, 'poverty village share')
  await page.locator('#institutions').check()
  expect(page.url()).toContain('institutions=shown')
  await expect.poll(async () => Number(await page.locator('.canvas').getAttribute('data-institutions'))).toBeGreaterThan(0)
  const kinds = await page.locator('.signs li').evaluateAll((signs) => signs.map((sign) => sign.dataset['kind']))
  expect([...kinds].sort()).toEqual([...new Set(all.map(({ properties }) => properties.kind))].sort())
  const texts: string[] = []
  for (const { geometry } of all.filter(({ geometry }) => geometry)) {
    const at = await onScreen(page, geometry!.coordinates)
    await page.mouse.move(at.x, at.y)
    await page.mouse.move(at.x + 1, at.y)
    texts.push(await page.locator('.hint').innerText({ timeout: 5000 }).catch(() => ''))
  }
  expect(all.some(({ properties }) => texts.some((text) => text.startsWith(properties.name)))).toBe(true)
  expect(faults).toEqual([])
  await close()
})

test('a profile lists the institutions of its region, with their kinds', async () => {
  const district = await aDistrict()
  const all = await of(district)
  const { page, close } = await visit(`?lang=id&view=table&geography=village&within=${district}`)
  await page.locator('.institutions summary').click()
  await page.locator('.institutions li').first().waitFor()
  expect(await page.locator('.institutions li').count()).toBe(Math.min(100, all.length))
  expect(await page.locator('.institutions').innerText()).toContain(all[0]!.properties.name)
  expect(await barriers(page)).toEqual([])
  await close()
})

test('of the whole nation it is said how to see them, and a release without any has no switch', async () => {
  const { page, close } = await visit('?lang=en&institutions=shown')
  await page.getByText('to see the institutions').waitFor()
  await page.route('**/layers?*', async (route) => {
    const answer = await route.fetch()
    const catalogue = await answer.json()
    catalogue.layers = catalogue.layers.filter(({ name }: { name: string }) => name !== 'institutions')
    await route.fulfill({ response: answer, json: catalogue })
  })
  await page.route('**/layers', async (route) => {
    const answer = await route.fetch()
    const catalogue = await answer.json()
    catalogue.layers = catalogue.layers.filter(({ name }: { name: string }) => name !== 'institutions')
    await route.fulfill({ response: answer, json: catalogue })
  })
  await page.reload()
  await painted(page, 'poverty province share')
  expect(await page.locator('#institutions').count()).toBe(0)
  expect(await page.locator('.institutions').count()).toBe(0)
  await close()
})
