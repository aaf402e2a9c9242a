// How the page is built: every file under a name with its digest, and packed once for plain HTTP.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'

const packed: Plugin = {
  name: 'packed',
  apply: 'build',
  closeBundle() {
    const folder = new URL('./dist/assets/', import.meta.url)
    for (const name of readdirSync(folder)) {
      if (!/\.(js|mjs|css)$/.test(name)) continue
      const bytes = readFileSync(new URL(name, folder))
      writeFileSync(new URL(`${name}.gz`, folder), gzipSync(bytes, { level: 9 }))
    }
  },
}

export default defineConfig({
  plugins: [svelte(), packed],
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  server: { proxy: { '^/(layers|regions|ranking|tiles)': 'http://127.0.0.1:8080' } },
})
