// A server of the invented country and a browser, for the tests of one file.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { launch, open, type Opened } from './browser'
import { type Server, start } from './server'

export interface Site {
  readonly url: string
  readonly server: Server
  readonly browser: Browser
  /** An answer of the server, as JSON. */
  ask(path: string): Promise<any>
  /** The page of a query, its scripts at work. */
  visit(query: string, options?: Parameters<typeof open>[2]): Promise<Opened>
}

/** Figures of poverty with the share that the page shows, which is the estimate. */
export function shown<T extends object>(figures: T): T {
  const of = figures as { share_estimate?: number | null; share_estimate_moe95?: number | null }
  return { ...figures, share: of.share_estimate ?? null, share_moe95: of.share_estimate_moe95 ?? null }
}

/** The first regency of which enough was surveyed. */
export async function surveyedRegency(ask: Site['ask']): Promise<{ code: string; name: string }> {
  const { features } = await ask('/layers/poverty/regency.geojson?geometry=none')
  return features.map(({ properties }: any) => properties).find(({ status }: any) => status === 'value')
}

/** Both are there while tests run, and gone after them. */
export function site(): Site {
  let server: Server
  let browser: Browser
  beforeAll(async () => {
    server = await start()
    browser = await launch('draws')
  })
  afterAll(async () => {
    await browser?.close()
    server?.stop()
  })
  return {
    get url() { return server.url },
    get server() { return server },
    get browser() { return browser },
    ask: async (path) => (await fetch(server.url + path)).json(),
    visit: (query, options) => open(browser, `${server.url}/${query}`, options),
  }
}
