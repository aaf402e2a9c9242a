// The report for printing: two sides of A4, nothing cut off.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { barriers } from './browser'
import { site } from './site'

const here = site()
const { ask } = here

/** A region of each level, and the nation. */
async function codes(): Promise<string[]> {
  const found = ['nation']
  for (let level = 0; level < 4; level++) found.push((await ask(`/regions/${found.at(-1)}`)).children[0].code)
  return found
}

async function opened(code: string, language: string): Promise<Page> {
  const page = await here.browser.newPage({ bypassCSP: true, viewport: { width: 1280, height: 900 } })
  await page.goto(`${here.url}/regions/${code}/report?lang=${language}`)
  return page
}

/** The pages of a PDF, which chromium writes without hiding them. */
const pages = (pdf: Buffer) => (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length

test('it is two sides of A4, with nothing cut off', async () => {
  for (const code of await codes()) {
    for (const language of ['en', 'id']) {
      const page = await opened(code, language)
      expect(pages(await page.pdf({ preferCSSPageSize: true })), code).toBe(2)
      await page.emulateMedia({ media: 'print' })
      // A4 less its margins, in pixels of CSS.
      await page.setViewportSize({ width: Math.floor((182 / 25.4) * 96), height: 1028 })
      const beyond = await page.evaluate(() =>
        [...document.querySelectorAll('.side')].map((side) => [side.scrollHeight - side.clientHeight, side.scrollWidth - side.clientWidth]),
      )
      expect(beyond.flat().every((px) => px <= 1), `${code} ${language}: ${beyond}`).toBe(true)
      expect(await page.locator('.parts svg path[data-code]').count()).toBeGreaterThan(0)
      const map = (await page.locator('.parts .map').boundingBox())!
      expect(map.height, code).toBeGreaterThan(220)
      await page.close()
    }
  }
})

test('it is printed in the letters of the page, which come from the server', async () => {
  const page = await here.browser.newPage()
  await page.goto(`${here.url}/regions/nation/report?lang=en`)
  const loaded = () =>
    page.evaluate(async () => {
      await document.fonts.ready
      return [...document.fonts].map(({ family, weight, status }) => `${family.replaceAll('"', '')} ${weight} ${status}`)
    })
  await expect.poll(loaded).toEqual(['Noto Sans 400 loaded', 'Noto Sans 600 loaded'])
  await page.close()
})

test('the worst stand in their order, with their margins', async () => {
  const page = await opened('nation', 'en')
  const { worst } = await ask('/ranking/province?theme=poverty&limit=10')
  const names = await page.locator('.most tbody .name').allInnerTexts()
  expect(names).toEqual(worst.map(({ name }: { name: string }) => name))
  expect(await page.locator('.worst li').count()).toBe(Math.min(3, worst.length))
  expect(await page.locator('.cards li').count()).toBe(4)
  expect(await page.locator('.most tbody td').nth(1).innerText()).toContain('±')
  await page.close()
})

test('a province is told to be better, worse or neither than the whole country', async () => {
  const [, province] = await codes()
  const page = await opened(province!, 'en')
  const told = await page.locator('.cards li').first().locator('.better, .worse, .unclear').allInnerTexts()
  expect(told.length).toBe(1)
  expect(told[0]).toContain('the whole country')
  await page.close()
})

test('nothing hinders seriously, and nothing is cut off on a small phone', async () => {
  for (const code of await codes()) {
    const page = await opened(code, 'id')
    expect(await barriers(page), code).toEqual([])
    await page.setViewportSize({ width: 320, height: 640 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth), code).toBeLessThanOrEqual(320)
    await page.close()
  }
})
