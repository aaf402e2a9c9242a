import { chromium } from 'playwright-core'
const [,, url, out, w='1280', h='900'] = process.argv
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--use-angle=swiftshader','--enable-unsafe-swiftshader','--disable-quic','--disable-background-networking','--disable-component-update','--disable-sync','--no-first-run'] })
const p = await b.newPage({ viewport: { width: +w, height: +h }, reducedMotion: 'reduce', locale: 'en-GB' })
p.on('console', m => console.log('console', m.text()))
p.on('pageerror', e => console.log('error', e.message))
p.on('requestfailed', r => console.log('failed', r.url(), r.failure()?.errorText))
await p.goto(url)
await p.waitForFunction(() => (document.querySelector(".canvas") ? Number(document.querySelector(".canvas").dataset.painted) > 0 : document.querySelector("tbody tr[data-code]")), null, { timeout: 20000 }).catch(e => console.log(e.message.split('\n')[0]))
console.log(await p.evaluate(() => JSON.stringify(document.querySelector('.canvas')?.dataset)))
await p.waitForTimeout(300); await p.screenshot({ path: out })
await b.close()
