// Makes the pictures in README and docs, of the invented country: `make pictures`.
import { mkdirSync } from 'node:fs'
import { createServer } from 'vite'

const vite = await createServer({ server: { middlewareMode: true }, appType: 'custom', logLevel: 'error' })
const { start } = await vite.ssrLoadModule('/tests/server.ts')
const { launch, open, painted } = await vite.ssrLoadModule('/tests/browser.ts')
const server = await start()
await server.add('later')
const browser = await launch('draws')
const folder = new URL('../../docs/pictures/', import.meta.url).pathname
mkdirSync(folder, { recursive: true })

async function picture(name, query, drawn, size) {
  const { page, close } = await open(browser, `${server.url}/${query}`, size)
  if (drawn) await painted(page, drawn)
  else await page.locator('.scroll tbody tr[data-code]').first().waitFor()
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
  const release = (await (await fetch(`${server.url}/layers`)).json()).release.release
  await picture('table', `?lang=en&view=table&geography=district&within=${province}&release=${release}&filter=poverty.share.least.0.3,elderly.count.least.12`, '', { width: 1280, height: 900 })
  await picture('comparison', `?lang=en&geography=regency&release=later&compare=${release}`, 'poverty regency share change', { width: 1280, height: 1000 })
  const { page, close } = await open(browser, `${server.url}/regions/${regency}/report?lang=en`, { width: 794, height: 1123, isScripted: false })
  await page.screenshot({ path: `${folder}report.png` })
  await close()
} finally {
  await browser.close()
  server.stop()
  await vite.close()
}
