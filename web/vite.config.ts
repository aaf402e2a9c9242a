// How the page is built: every file under a name with its digest, and packed once: gzip for plain HTTP, over which no
// browser takes brotli.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const packed: Plugin = {
  name: 'packed',
  apply: 'build',
  closeBundle() {
    const folder = new URL('./dist/assets/', import.meta.url)
    for (const name of readdirSync(folder)) {
      if (!/\.(js|mjs|css)$/.test(name)) continue
      const bytes = readFileSync(new URL(name, folder))
      writeFileSync(new URL(`${name}.gz`, folder), gzipSync(bytes, { level: 9 }))
      writeFileSync(new URL(`${name}.br`, folder), brotliCompressSync(bytes))
    }
  },
}

/** The map's own chunk is the largest there is; `tests/weight.test.ts` bounds it. */
const MOST_KB = 1200

const target = process.env['SEBARAN_URL'] ?? 'http://127.0.0.1:8080'
const figures = { '^/(layers|regions|ranking|tiles|maps|plain)': { target, changeOrigin: false } }

export default defineConfig({
  plugins: [svelte(), packed],
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: MOST_KB, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  test: { environment: 'node', expect: { poll: { timeout: 60_000 } }, testTimeout: 300_000, hookTimeout: 120_000, fileParallelism: false, maxWorkers: 1 },
  // While the page is being written: a running server's figures behind it.
  server: { proxy: figures },
  preview: { proxy: figures },
})
