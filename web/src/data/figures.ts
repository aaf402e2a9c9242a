// The answers of the server, as their documentation has them.

export type Status = 'value' | 'below_10' | 'not_enough_surveyed' | 'not_visited' | 'no_data'
export const UNTOLD = ['below_10', 'not_enough_surveyed', 'not_visited', 'no_data'] as const
export type Untold = (typeof UNTOLD)[number]

export interface Bilingual {
  en: string
  id: string
}

export interface Catalogue {
  release: { release: string; reference_date: string; programmes: Programme[]; licence?: string }
  /** All that the server has, sorted by name. */
  releases: string[]
  protection: string
  poverty_threshold: number
  totals: {
    households: number
    households_moe95: number | null
    unplaced: number
    unplaced_moe95: number | null
  }
  themes: Theme[]
  layers: { name: string }[]
}

export interface Theme {
  name: string
  title: Bilingual
  definition: Bilingual
  share_of: string
  rates: { name: string; title: Bilingual }[]
  geographies: string[]
  held: boolean
}

/** For whom a programme is, up to which decile, and the last month of its latest period. */
export interface Programme {
  programme: string
  threshold: number
  period: string | null
}

/** Which share maps show: what was found, an estimate, that of the households surveyed, or none. */
export type ShownShare = 'found' | 'estimate' | 'surveyed' | 'none'

/** The shares that the server gives beside the one of what was found, and how much was surveyed; fractions 0 to 1. */
export interface Surveyed {
  share_low?: number | null
  share_high?: number | null
  share_estimate?: number | null
  share_estimate_moe95?: number | null
  share_surveyed?: number | null
  share_surveyed_moe95?: number | null
  coverage?: number | null
  coverage_moe95?: number | null
  coverage_of?: 'prelist' | 'residents' | null
  shown_share?: ShownShare
  /** What was found, where `share` is another one. */
  found?: { share: number | null; share_moe95: number | null }
}

/** The figures of an area. `share` is the one that maps show, a fraction 0 to 1. */
export interface Figure extends Surveyed {
  code: string
  name: string | null
  parent: string | null
  households: number
  count: number | null
  moe95: number | null
  share: number | null
  share_moe95: number | null
  density_km2: number | null
  rest: boolean
  status: Status
}

export interface Head {
  release: string
  reference_date: string
  matched: number
  shown_share: ShownShare
  /** Of layers of regions: what is known to the area and to none of its parts. */
  remainder?: Remainder
  unit: Bilingual
  definition: Bilingual
}

export interface Remainder {
  households: number
  count: number | null
  moe95: number | null
}

export interface Layer {
  head: Head
  figures: Figure[]
  /** The denominator of the shares, where there is one; without a year the release counts it itself. */
  shareOf: ShareOf | null
}

export interface ShareOf {
  year: number | null
  source: string
}

export interface Place {
  code: string
  name: string
  level: string
}

export interface Found extends Place {
  parents: Place[]
  bbox: Box
}

export type Box = [west: number, south: number, east: number, north: number]

export interface ThemeFigures extends Surveyed {
  theme: string
  households: number
  /** Of how many households the figure is known, and of how many it should be; null of themes that are known of all. */
  known_households: number | null
  known_of: number | null
  count: number | null
  moe95: number | null
  share: number | null
  share_moe95: number | null
  density_km2: number | null
  status: Status
  breakdown: Record<string, number | null>
  rates: Record<string, number | null>
  rank: { by: string; place: number; among: number } | null
  parent: Whole | null
  nation: Whole | null
}

/** The same of what holds a region. */
export type Whole = Pick<ThemeFigures, 'count' | 'moe95' | 'share' | 'share_moe95' | 'status'> & Surveyed

export interface Region extends Place {
  release: string
  area_km2: number
  bbox: Box
  parents: Place[]
  children: Place[]
  themes: ThemeFigures[]
}

export interface Institution {
  name: string
  kind: string
  /** For how many it has a place. */
  capacity: number | null
  /** Longitude before latitude; `null` where it is not known. */
  position: [longitude: number, latitude: number] | null
}
