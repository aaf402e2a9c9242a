// The map as a person uses it: painted, clicked, shared, undone.
import { expect, test } from 'vitest'
import { onScreen, painted } from './browser'
import { shown, site } from './site'

const here = site()
const { ask, visit } = here

test('every province is painted, from this server alone', async () => {
  const { page, faults, close } = await visit('?lang=en')
  const provinces = (await ask('/layers/poverty/province.geojson?geometry=none')).features.length
  expect(await painted(page, 'poverty province share')).toBe(provinces)
  const counts = await page.locator('.legend [data-count]').evaluateAll((all) => all.map((one) => Number(one.dataset['count'])))
  expect(counts.reduce((sum, count) => sum + count)).toBe(provinces)
  expect(faults).toEqual([])
  await close()
})

test('a click selects the area that was clicked, a second one looks inside, and back undoes both', async () => {
  const { page, faults, close } = await visit('?lang=en')
  await painted(page, 'poverty province share')
  const [province] = (await ask('/regions/nation')).children
  const region = await ask(`/regions/${province.code}`)
  const at = await onScreen(page, region.label)
  await page.mouse.click(at.x, at.y)
  await page.locator(`.profile[data-code="${province.code}"]`).waitFor()
  expect(page.url()).toContain(`area=${province.code}`)
  expect(await page.locator('.profile h2').textContent()).toBe(region.name)
  await page.mouse.click(at.x, at.y)
  expect(await painted(page, 'poverty regency share')).toBeGreaterThan(0)
  expect(page.url()).toContain(`within=${province.code}`)
  await expect.poll(() => page.locator('.path [aria-current]').textContent()).toBe(region.name)
  await page.goBack()
  await painted(page, 'poverty province share')
  expect(page.url()).not.toContain('within=')
  await page.goBack()
  expect(page.url()).not.toContain('area=')
  expect(faults).toEqual([])
  await close()
})

test('a pointer that never rests asks for nothing that is not painted yet', async () => {
  const { page, faults, close } = await visit('?lang=en')
  await painted(page, 'poverty province share')
  await page.evaluate(() => {
    const canvas = document.querySelector('.canvas canvas')!
    const { left, top, width, height } = canvas.getBoundingClientRect()
    const moved = () => new MouseEvent('mousemove', { bubbles: true, clientX: left + width / 2, clientY: top + height / 2 })
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      canvas.dispatchEvent(moved())
      port2.postMessage('')
    }
    port2.postMessage('')
  })
  await page.evaluate(async () => {
    for (let step = 0; step < 200; step++) {
      history.pushState(null, '', `?lang=en&geography=${step % 2 ? 'province' : 'regency'}`)
      dispatchEvent(new PopStateEvent('popstate'))
      await new Promise((late) => setTimeout(late, step % 20))
    }
  })
  expect(await page.locator('.map [role=alert]').count()).toBe(0)
  expect(faults).toEqual([])
  await close()
})

test('the keyboard goes down to a village, and the breadcrumb up again', async () => {
  const { page, close } = await visit('?lang=en')
  // Only what is told can be ranked: the way leads to a village that is.
  const { features } = await ask('/layers/poverty/village.geojson?geometry=none')
  const told: string[] = features.map(({ properties }: { properties: Village }) => shown(properties))
    .filter(({ status, share }: Village) => status === 'value' && share !== null).map(({ code }: Village) => code)
  const ranked = page.locator('.ranking button')
  let code = ''
  // The ranking follows the map: it is the level's own once its codes lie in the region above.
  const next = async () => {
    const codes = await ranked.evaluateAll((all: HTMLElement[]) => all.map((one) => one.dataset['code'] ?? ''))
    return codes.find((one) => one.startsWith(code) && one.length > code.length && told.some((village) => village.startsWith(one))) ?? ''
  }
  for (const level of ['province', 'regency', 'district']) {
    await painted(page, `poverty ${level} share`)
    await expect.poll(next, { timeout: 20_000 }).not.toBe('')
    code = await next()
    await page.locator(`.ranking button[data-code="${code}"]`).first().press('Enter')
    await page.locator(`.profile[data-code="${code}"] .inside`).press('Enter')
  }
  await painted(page, 'poverty village share')
  await expect.poll(next, { timeout: 20_000 }).not.toBe('')
  const village = await next()
  await page.locator(`.ranking button[data-code="${village}"]`).first().press('Enter')
  await page.locator(`.profile[data-code="${village}"]`).waitFor()
  expect(await page.locator('.path li').count()).toBe(4)
  await page.locator('.path a').first().press('Enter')
  await painted(page, 'poverty province share')
  await close()
})

interface Village {
  code: string
  status: string
  share: number | null
}

test('a link shows the same to whoever opens it', async () => {
  const [province] = (await ask('/regions/nation')).children
  const query = `?lang=id&theme=elderly&geography=regency&within=${province.code}&measure=count&sort=name`
  const seen: string[] = []
  for (const view of ['map', 'map', 'table', 'table']) {
    const { page, close } = await visit(`${query}&view=${view}`)
    if (view === 'map') await painted(page, 'elderly regency count')
    else await page.locator('tbody tr[data-code]').first().waitFor()
    await page.locator('.profile h2').waitFor()
    seen.push((await page.locator('main').innerText()).trim())
    await close()
  }
  expect(seen[1]).toBe(seen[0])
  expect(seen[3]).toBe(seen[2])
})

test('hexagons follow the zoom, and the table has those in view', async () => {
  const { page, faults, close } = await visit('?lang=en&geography=hexagon')
  expect(await painted(page, 'poverty hexagon density')).toBeGreaterThan(10)
  const link = () => page.locator('.download a').first().getAttribute('href')
  const before = await link()
  for (let step = 0; step < 3; step++) await page.getByRole('button', { name: 'Zoom in' }).click()
  await expect.poll(link).not.toBe(before)
  await expect.poll(async () => /hex[5678]\.csv\?bbox=/.test((await link()) ?? '')).toBe(true)
  expect((await fetch(here.url + (await link()))).status).toBe(200)
  expect(page.url()).toContain('at=')
  expect(faults).toEqual([])
  await close()
})

test('the ranking, the legend and the map mark the same area', async () => {
  const { page, close } = await visit('?lang=en')
  await painted(page, 'poverty province share')
  const first = page.locator('.ranking button').first()
  const name = (await first.locator('span').first().textContent())!
  await first.hover()
  await expect.poll(() => page.locator('.legend .headline').textContent()).toContain(name)
  expect(await page.locator('.ruler .hovered').count()).toBe(1)
  await close()
})
