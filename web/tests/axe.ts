// What hinders people, as axe finds it.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'

const AXE = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')

/** What axe finds that hinders seriously. */
export async function barriers(page: Page): Promise<string[]> {
  const found = (await page.evaluate(`${AXE}; axe.run()`)) as {
    violations: { id: string; impact: string; nodes: { target: string[] }[] }[]
  }
  const grave = found.violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
  return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}
