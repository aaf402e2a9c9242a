// Which areas meet the filter's conditions, and their list to take home.
import type { Condition } from '../state/filter'
import type { Figure, Layer } from './figures'

/** The layers of the themes that are asked about, all of the same areas. */
export type Themes = ReadonlyMap<string, Layer>

export interface Met {
  /** The areas that meet every condition. */
  codes: Set<string>
  /** The households that were visited there. */
  households: number
  /** Areas of which it can't be said, because a figure is missing. */
  unknown: number
  among: number
}

/** What is below 10, not enough surveyed, not visited or without data meets nothing, and is counted as unknown where nothing else rules it out. */
export function met(figures: readonly Figure[], conditions: readonly Condition[], themes: Themes): Met {
  const found: Met = { codes: new Set(), households: 0, unknown: 0, among: figures.length }
  const byTheme = new Map([...themes].map(([theme, layer]) => [theme, byCode(layer)]))
  for (const { code, households } of figures) {
    const answers = conditions.map((condition) => meets(byTheme.get(condition.theme)?.get(code), condition))
    if (answers.includes(false)) continue
    if (answers.includes(null)) found.unknown += 1
    else {
      found.codes.add(code)
      found.households += households
    }
  }
  return found
}

const byCode = (layer: Layer) => new Map(layer.figures.map((figure) => [figure.code, figure]))

function meets(figure: Figure | undefined, { of, way, value }: Condition): boolean | null {
  const told = figure?.status === 'value' ? figure[of] : null
  if (told === null) return null
  return way === 'least' ? told >= value : told <= value
}

const COLUMNS = ['count', 'moe95', 'share', 'share_moe95', 'share_estimate', 'share_estimate_moe95', 'status'] as const

/** A share is that of what was found, as in the server's files. */
function columnOf(figure: Figure | undefined, column: (typeof COLUMNS)[number]): string | number | null {
  const isFound = column === 'share' || column === 'share_moe95'
  return (isFound && figure?.found ? figure.found[column] : figure?.[column]) ?? null
}

/** The areas that meet it, with the figures of every theme, as CSV (RFC 4180) in which no name is a formula. */
export function csv(figures: readonly Figure[], codes: ReadonlySet<string>, themes: Themes, filter: string): string {
  const named = [...themes].map(([theme, layer]) => ({ theme, figures: byCode(layer), head: layer.head }))
  const head = [
    'code', 'name', 'parent', 'households', 'coverage',
    ...named.flatMap(({ theme }) => COLUMNS.map((column) => `${theme}_${column}`)),
    'filter', 'release', 'reference_date',
  ]
  const [first] = named
  const rows = figures
    .filter(({ code }) => codes.has(code))
    .map(({ code, name, parent, households, coverage }) => [
      code, name && harmless(name), parent, households, coverage ?? null,
      ...named.flatMap(({ figures }) => COLUMNS.map((column) => columnOf(figures.get(code), column))),
      filter, first?.head.release ?? null, first?.head.reference_date ?? null,
    ])
  return [head, ...rows].map((row) => `${row.map(quoted).join(',')}\r\n`).join('')
}

/** A text that a spreadsheet does not compute, as the server writes it too. */
function harmless(text: string): string {
  return /^([\t\r\n]|\s*[=+\-@＝＋－＠])/.test(text) ? `'${text}` : text
}

function quoted(value: string | number | null): string {
  const text = String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
