// A server of the invented country for the tests: the program that was built, on a free port.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const START_MS = 110_000

export interface Server {
  url: string
  stop(): void
}

/** Starts it; `SEBARAN_URL` names one that runs already. */
export async function start(): Promise<Server> {
  const given = process.env['SEBARAN_URL']
  if (given) return { url: given, stop: () => {} }
  const target = process.env['CARGO_TARGET_DIR'] ?? new URL('../../target', import.meta.url).pathname
  const program = join(target, 'debug/sebaran')
  if (!existsSync(program)) throw new Error(`there is no ${program}: build it with cargo build`)
  const register = mkdtempSync(join(tmpdir(), 'sebaran-web-'))
  const child = spawn(program, ['--register', register, 'demo', '--households', '20000', '--listen', '127.0.0.1:0'])
  const stop = () => {
    child.kill()
    rmSync(register, { recursive: true, force: true })
  }
  try {
    return { url: await listening(child), stop }
  } catch (error) {
    stop()
    throw error
  }
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((found, fail) => {
    let log = ''
    const late = setTimeout(() => fail(new Error(`the server did not start:\n${log}`)), START_MS)
    child.on('exit', (code) => fail(new Error(`the server ended with ${code}:\n${log}`)))
    child.stderr?.on('data', (bytes) => {
      log += String(bytes)
      const url = / at (http:\/\/127\.0\.0\.1:\d+)/.exec(log)?.[1]
      if (!url) return
      clearTimeout(late)
      found(url)
    })
  })
}
