// Brings the map's own program, and has its worker's on the way while the first is compiled.
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'

export { workerUrl }

export async function program() {
  const first = document.querySelector<HTMLLinkElement>('link[rel="modulepreload"][href*="/canvas-"]')
  if (first) await arrived(first)
  askAhead(workerUrl)
  return import('./canvas')
}

/** Asks for what a worker will: it finds it in the browser's cache, or on the way there. */
export function askAhead(url: string) {
  if (document.querySelector(`link[href="${url}"]`)) return
  const link = document.createElement('link')
  // No browser knows `as="worker"`.
  Object.assign(link, { rel: 'preload', as: 'fetch', crossOrigin: 'anonymous', href: url })
  document.head.append(link)
}

/** Both at once would share the line, and the first come late. A browser that asks for nothing ahead is not waited for. */
function arrived(link: HTMLLinkElement): Promise<unknown> {
  const isAsked = link.relList.supports('modulepreload') && document.readyState !== 'complete'
  if (!isAsked || performance.getEntriesByName(link.href).length) return Promise.resolve()
  return new Promise((done) => {
    for (const type of ['load', 'error']) link.addEventListener(type, done, { once: true })
    addEventListener('load', done, { once: true })
  })
}
