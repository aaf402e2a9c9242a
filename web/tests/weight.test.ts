// The page's weight as a browser with brotli would load it, in kB.
import { readdirSync, readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'

const DIST = new URL('../dist/', import.meta.url)
const names = readdirSync(new URL('assets/', DIST))

function weight(pattern: RegExp): number {
  const found = names.filter((name) => pattern.test(name))
  expect(found.length, String(pattern)).toBeGreaterThan(0)
  return found.reduce((sum, name) => sum + packed(`assets/${name}`), 0)
}

const packed = (path: string) => brotliCompressSync(readFileSync(new URL(path, DIST))).length / 1000

test('the shell weighs at most 60 kB', () => {
  expect(packed('index.html') + weight(/^index-.*\.(js|css)$/)).toBeLessThan(60)
})

test('all that comes before the map moves, but figures and tiles, weighs at most 440 kB', () => {
  const fonts = names.filter((name) => name.endsWith('.woff2')).reduce((sum, name) => sum + readFileSync(new URL(`assets/${name}`, DIST)).length / 1000, 0)
  expect(packed('index.html') + weight(/\.(js|css)$/) + fonts).toBeLessThan(440)
})

test('the map weighs at most 260 kB and its worker 130', () => {
  expect(weight(/^canvas-.*\.js$/)).toBeLessThan(260)
  expect(weight(/^maplibre-gl-worker-.*\.js$/)).toBeLessThan(130)
})
