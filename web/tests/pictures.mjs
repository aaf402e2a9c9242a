// Makes the pictures in README of the invented country: `make pictures`.
import { mkdirSync } from 'node:fs'
import { createServer } from 'vite'

const vite = await createServer({ server: { middlewareMode: true }, appType: 'custom', logLevel: 'error' })
const { start } = await vite.ssrLoadModule('/tests/server.ts')
const { launch, open, painted } = await vite.ssrLoadModule('/tests/browser.ts')
const server = await start()
const browser = await launch('draws')
const folder = new URL('../pictures/', import.meta.url).pathname
mkdirSync(folder, { recursive: true })

async function picture(name, query, drawn, size) {
  const { page, close } = await open(browser, `${server.url}/${query}`, size)
  await painted(page, drawn)
  await page.locator('.profile h2').waitFor()
  await page.locator('.ranking button').first().waitFor()
  await page.waitForTimeout(500)
  await page.screenshot({ path: `${folder}${name}.png` })
  await close()
}

try {
  const { children } = await (await fetch(`${server.url}/regions/nation`)).json()
  const province = children[2].code
  const regency = (await (await fetch(`${server.url}/regions/${province}`)).json()).children[1].code
  const asked = `lang=en&geography=regency&within=${province}&area=${regency}`
  await picture('desk', `?${asked}`, 'poverty regency share', { width: 1280, height: 1000 })
  await picture('phone', `?lang=id&measure=count`, 'poverty province count', { width: 390, height: 1000 })
} finally {
  await browser.close()
  server.stop()
  await vite.close()
}
