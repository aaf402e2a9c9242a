// Debian's Chromium, with and without a graphics device, and what every test asks of a page.
import { readFileSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const AXE = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')

const QUIET = [
  '--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--no-first-run',
]
const DRAWS = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader']
const DRAWS_NOT = ['--disable-gpu', '--disable-software-rasterizer', '--disable-3d-apis']

/** Maps are painted without a graphics device, perhaps beside a compiler. */
const PATIENCE_MS = 120_000

export function launch(draws: 'draws' | 'draws not'): Promise<Browser> {
  const args = [...QUIET, ...(draws === 'draws' ? DRAWS : DRAWS_NOT)]
  return chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args })
}

export interface Opened {
  page: Page
  /** Requests to other servers, and errors of scripts: none, where all is well. */
  faults: string[]
  close(): Promise<void>
}

export async function open(
  browser: Browser,
  url: string,
  { width = 1280, height = 900, javaScriptEnabled = true, isScripted = true } = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width, height }, reducedMotion: 'reduce', locale: 'en-GB', javaScriptEnabled,
  })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  const faults: string[] = []
  const { origin } = new URL(url)
  page.on('request', (request) => {
    if (/^https?:/.test(request.url()) && new URL(request.url()).origin !== origin) faults.push(request.url())
  })
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text())
  })
  await page.goto(url)
  // The page is the server's until its scripts have the same to show.
  if (javaScriptEnabled && isScripted) await page.locator('#page[data-scripted]').waitFor()
  return { page, faults, close: () => context.close() }
}

/** Waits until the map shows this, painted, and tells how many areas are. */
export async function painted(page: Page, drawn: string): Promise<number> {
  const areas = await page.waitForFunction(
    (shown) => {
      const told = document.querySelector<HTMLElement>('.canvas')?.dataset
      const areas = told?.['drawn'] === shown ? Number(told['painted']) : 0
      return areas > 0 && areas
    },
    drawn,
    { timeout: PATIENCE_MS },
  )
  return Number(await areas.jsonValue())
}

/** Where a place is on the screen, from the map's camera alone. */
export async function onScreen(page: Page, [longitude, latitude]: [number, number]) {
  const canvas = page.locator('.canvas')
  const [zoom = 0, south = 0, west = 0] = (await canvas.getAttribute('data-camera'))!.split('/').map(Number)
  const box = (await canvas.boundingBox())!
  const world = 512 * 2 ** zoom
  const y = (degrees: number) => Math.log(Math.tan(Math.PI / 4 + (degrees * Math.PI) / 360)) / (2 * Math.PI)
  return {
    x: box.x + box.width / 2 + ((longitude - west) / 360) * world,
    y: box.y + box.height / 2 - (y(latitude) - y(south)) * world,
  }
}

/** What axe finds that hinders seriously. */
export async function barriers(page: Page): Promise<string[]> {
  const found = (await page.evaluate(`${AXE}; axe.run()`)) as {
    violations: { id: string; impact: string; nodes: { target: string[] }[] }[]
  }
  const grave = found.violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
  return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}
