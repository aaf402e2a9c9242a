// A server of the invented country for the tests: the program that was built, on a free port.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const START_MS = 110_000
/** The register's secret is known, so that every run of a test sees the same noise. */
const SECRET_BYTE = 9

export interface Server {
  url: string
  /** Adds a release on the same regions, of an invented survey in which some regencies became poorer and some less. */
  add(release: string): Promise<void>
  stop(): void
}

/** By how much the poor of every other regency change. */
const FACTORS = [0.6, 1, 1.5, 1]

/** Starts it; `SEBARAN_URL` names one that runs already. */
export async function start(): Promise<Server> {
  const given = process.env['SEBARAN_URL']
  if (given) return { url: given, add: () => Promise.resolve(), stop: () => {} }
  const target = process.env['CARGO_TARGET_DIR'] ?? new URL('../../target', import.meta.url).pathname
  const program = join(target, 'debug/sebaran')
  if (!existsSync(program)) throw new Error(`there is no ${program}: build it with cargo build`)
  const register = mkdtempSync(join(tmpdir(), 'sebaran-web-'))
  writeFileSync(join(register, 'secret'), Buffer.alloc(32, SECRET_BYTE), { mode: 0o600 })
  const child = spawn(program, ['--register', register, 'demo', '--households', '20000', '--listen', '127.0.0.1:0'])
  const stop = () => {
    child.kill()
    rmSync(register, { recursive: true, force: true })
  }
  try {
    const url = await listening(child)
    return { url, add: (release) => add(release, { program, register, url }), stop }
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

async function add(release: string, { program, register, url }: Record<'program' | 'register' | 'url', string>) {
  const { features } = (await (await fetch(`${url}/layers/poverty/regency.geojson?geometry=none`)).json()) as {
    features: { id: string; properties: { share: number; share_estimate: number | null; share_of: { value: number } } }[]
  }
  const facts = features.map(({ id, properties: { share, share_estimate, share_of } }, at) =>
    [id, share_of.value * 4, Math.min(0.9, (share_estimate ?? share) * FACTORS[at % FACTORS.length]!)].join(','),
  )
  const [table, survey] = [join(register, 'facts.csv'), join(register, 'survey')]
  writeFileSync(table, ['region_code,population,poverty_share', ...facts, ''].join('\n'))
  const run = (...given: string[]) => promisify(execFile)(program, ['--quiet', '--register', register, ...given])
  const of = (name: string) => [`--${name}`, join(survey, `${name}.parquet`)]
  await run('generate', '--regions', 'demo', '--households', '20000', '--wave', '2', '--facts', table, '--out', survey)
  await run(
    'build', join(survey, 'visits-000.parquet'), '--regions', 'demo', '--release', release, '--reference-date', '2023-12-31', '--publish',
    ...of('denominators'), ...of('persons'), ...of('prelist'), ...of('recipients'),
  )
}
