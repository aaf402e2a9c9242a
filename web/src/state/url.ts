// What is shown, as the URL tells it. The URL owns it; nothing else does.
import { type Geography, GEOGRAPHIES } from '../map/levels'
import { conditions, written } from './filter'

export type Language = 'id' | 'en'
export type Measure = 'share' | 'count'
export type Palette = 'theme' | 'contrast'
export type View = 'map' | 'beside' | 'table'

export interface Shown {
  language: Language
  theme: string
  geography: Geography
  /** The region whose parts are shown; empty for the nation. */
  within: string
  /** The selected area; empty where none is. */
  area: string
  measure: Measure
  palette: Palette
  view: View
  /** A column of the table, after `-` where the largest come first. */
  sort: string
  /** The release that is shown; empty for the server's current one. */
  release: string
  /** The release that it is compared with; empty for none. */
  compare: string
  /** Another release whose classes the map has; empty for its own. */
  classes: string
  /** Conditions, as `state/filter.ts` reads them; empty for none. */
  filter: string
  /** Whether institutions are on the map. */
  institutions: '' | 'shown'
  /** `zoom/latitude/longitude` where the map was moved by hand; empty where it shows the whole of `within`. */
  at: string
}

export const DEFAULTS: Shown = {
  language: 'id',
  theme: 'poverty',
  geography: 'province',
  within: '',
  area: '',
  measure: 'share',
  palette: 'theme',
  view: 'map',
  sort: '-figure',
  release: '',
  compare: '',
  classes: '',
  filter: '',
  institutions: '',
  at: '',
}

const NAMES: Record<keyof Shown, string> = {
  language: 'lang',
  theme: 'theme',
  geography: 'geography',
  within: 'within',
  area: 'area',
  measure: 'measure',
  palette: 'palette',
  view: 'view',
  sort: 'sort',
  release: 'release',
  compare: 'compare',
  classes: 'classes',
  filter: 'filter',
  institutions: 'institutions',
  at: 'at',
}

/** As the register names its releases. */
const RELEASE = /^[a-z0-9][a-z0-9._-]{0,63}$/

/** Reads a query; what it does not understand is the default. */
export function parse(query: string, language: Language): Shown {
  const asked = new URLSearchParams(query)
  const text = (key: keyof Shown, pattern: RegExp) => {
    const value = asked.get(NAMES[key]) ?? ''
    return pattern.test(value) ? value : String(DEFAULTS[key])
  }
  const one = <T extends string, D extends string = T>(key: keyof Shown, of: readonly T[], otherwise: D): T | D => {
    const value = asked.get(NAMES[key])
    return of.find((name) => name === value) ?? otherwise
  }
  return {
    language: one('language', ['id', 'en'], language),
    theme: text('theme', /^[a-z_]{1,40}$/),
    geography: one('geography', GEOGRAPHIES, DEFAULTS.geography),
    within: text('within', /^[0-9A-Za-z.]{1,20}$/),
    area: text('area', /^[0-9A-Za-z.]{1,20}$/),
    measure: one('measure', ['share', 'count'], DEFAULTS.measure),
    palette: one('palette', ['theme', 'contrast'], DEFAULTS.palette),
    view: one('view', ['map', 'beside', 'table'], DEFAULTS.view),
    sort: text('sort', /^-?(name|households|coverage|count|share|density|before|change|figure)$/),
    release: text('release', RELEASE),
    compare: text('compare', RELEASE),
    classes: text('classes', RELEASE),
    filter: written(conditions(asked.get('filter') ?? '')),
    institutions: one('institutions', ['shown'], ''),
    at: text('at', /^\d+(\.\d+)?\/-?\d+(\.\d+)?\/-?\d+(\.\d+)?$/),
  }
}

/** The query of what is shown: the language always, the rest where it is not the default. */
export function query(shown: Shown): string {
  const asked = new URLSearchParams()
  for (const key of Object.keys(NAMES) as (keyof Shown)[]) {
    if (key === 'language' || shown[key] !== DEFAULTS[key]) asked.set(NAMES[key], shown[key])
  }
  return `?${asked.toString().replaceAll('%2F', '/').replaceAll('%2C', ',')}`
}
