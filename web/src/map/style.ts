// The map's style, a pure function of what is shown.
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import { type ShownShare, type Status, type Untold, UNTOLD } from '../data/figures'
import { FIELDS } from '../data/shown'
import type { Geography } from './levels'
import { PAPER } from './palette'
import { SYMBOLS } from './symbols'

export interface Drawn {
  theme: string
  geography: Geography
  /** Fills of a share or a density, or circles of a number. */
  by: 'share' | 'density' | 'count'
  /** Which share. */
  shownShare: ShownShare
  /** The areas that are shown, `null` for all. */
  codes: string[] | null
  inner: number[]
  colours: string[]
  /** The release whose tiles are drawn; nothing is while it is empty. */
  release: string
  /** Where two releases are compared: the areas of each class, and those that have none. */
  change: { colours: readonly string[]; codes: string[][]; untold: Record<Untold, string[]> } | null
  /** Institutions, each with its symbol; the number of a feature is its place in the list. */
  points: { kind: string; position: [number, number] | null }[]
  /** The areas that meet the filter, `null` where there is none: the others fade. */
  met: string[] | null
  /** The largest number, whose circle is the largest. */
  most: number
  area: string
  /** The region whose parts are shown, with its level. */
  frame: { code: string; level: Geography } | null
}

export interface Places {
  origin: string
  font: string
}

/** Whether areas have their names, or will have them in a later frame. */
export type Labels = 'shown' | 'later'

/** The radius of the largest circle. */
export const LARGEST_PX = 20

export function style(drawn: Drawn, places: Places, named: Labels = 'shown'): StyleSpecification {
  if (!drawn.release) return { version: 8, sources: {}, layers: [] }
  const sources = Object.fromEntries(
    sourcesOf(drawn).map((name) => [name, { type: 'vector' as const, url: `${places.origin}/tiles/${name}.json?release=${drawn.release}`, promoteId: 'code' }]),
  )
  return {
    version: 8,
    'font-faces': { 'Noto Sans': places.font },
    sources: { ...sources, ...pointSource(drawn) },
    layers: [...ground(), ...areas(drawn), ...faded(drawn), ...lines(drawn), ...circles(drawn), ...points(drawn), ...(named === 'shown' ? labels(drawn) : [])],
  }
}

/** The geographies whose tiles are drawn: the land, the areas and the region around them. */
export function sourcesOf({ geography, frame }: Drawn): Geography[] {
  return [...new Set<Geography>(['province', geography, ...(frame ? [frame.level] : [])])]
}

function ground(): LayerSpecification[] {
  return [
    { id: 'sea', type: 'background', paint: { 'background-color': PAPER.sea } },
    { id: 'land', type: 'fill', source: 'province', 'source-layer': 'province', paint: { 'fill-color': PAPER.land } },
    { id: 'coast', type: 'line', source: 'province', 'source-layer': 'province', paint: { 'line-color': PAPER.coast, 'line-width': 0.7 } },
  ]
}

const statusOf = (drawn: Drawn): ExpressionSpecification => ['get', `${drawn.theme}_status`]

const among = (codes: string[]): ExpressionSpecification =>
  codes.length ? ['match', ['get', 'code'], codes, true, false] : ['literal', false]

/** What is shown and has this status. */
function having(drawn: Drawn, status: Status | null): FilterSpecification {
  const shown: ExpressionSpecification = drawn.codes === null ? ['literal', true] : among(drawn.codes)
  if (!status) return shown
  if (drawn.change) return status === 'value' ? ['literal', true] : among(drawn.change.untold[status])
  return ['all', shown, ['==', statusOf(drawn), status]]
}

function areas(drawn: Drawn): LayerSpecification[] {
  const { geography } = drawn
  const from = { source: geography, 'source-layer': geography } as const
  const hatched = UNTOLD.map(
    (untold): LayerSpecification => ({
      id: `hatch-${untold}`,
      type: 'fill',
      ...from,
      filter: having(drawn, untold),
      paint: { 'fill-pattern': untold },
    }),
  )
  const fill: LayerSpecification = {
    id: 'areas',
    type: 'fill',
    ...from,
    filter: having(drawn, null),
    paint: { 'fill-color': fillColour(drawn), 'fill-opacity': geography === 'hexagon' ? 0.85 : 1 },
  }
  return [fill, ...hatched]
}

/** What does not meet the filter, under a veil. */
function faded(drawn: Drawn): LayerSpecification[] {
  const { geography, met } = drawn
  if (!met) return []
  const from = { source: geography, 'source-layer': geography } as const
  const veiled = ['all', having(drawn, null), ['!', among(met)]] as FilterSpecification
  return [
    { id: 'veil', type: 'fill', ...from, filter: veiled, paint: { 'fill-color': '#ffffff', 'fill-opacity': 0.78 } },
    { id: 'met', type: 'line', ...from, filter: among(met), paint: { 'line-color': '#111111', 'line-width': 1.6 } },
  ]
}

function fillColour(drawn: Drawn): ExpressionSpecification | string {
  if (drawn.change) return changeColour(drawn.change)
  if (drawn.by === 'count') return '#ffffff'
  const value: ExpressionSpecification = ['get', `${drawn.theme}_${drawn.by === 'share' ? (FIELDS[drawn.shownShare] ?? 'share') : 'density_km2'}`]
  const steps = drawn.inner.flatMap((edge, at) => [edge, drawn.colours[at + 1] ?? PAPER.untold])
  const lowest = drawn.colours[0] ?? PAPER.untold
  const classed = steps.length ? (['step', value, lowest, ...steps] as ExpressionSpecification) : lowest
  return ['case', ['!=', ['typeof', value], 'number'], PAPER.untold, classed] as ExpressionSpecification
}

function changeColour({ colours, codes }: NonNullable<Drawn['change']>): ExpressionSpecification | string {
  const classed = codes.flatMap((inClass, at) => (inClass.length ? [inClass, colours[at] ?? PAPER.untold] : []))
  if (!classed.length) return PAPER.untold
  return ['match', ['get', 'code'], ...classed, PAPER.untold] as unknown as ExpressionSpecification
}

function lines(drawn: Drawn): LayerSpecification[] {
  const { geography, frame } = drawn
  const from = { source: geography, 'source-layer': geography } as const
  const outline: LayerSpecification = {
    id: 'borders',
    type: 'line',
    ...from,
    filter: having(drawn, null),
    paint: { 'line-color': PAPER.border, 'line-width': ['interpolate', ['linear'], ['zoom'], 4, 0.4, 10, 1] },
  }
  const around: LayerSpecification[] = frame
    ? [
        {
          id: 'frame',
          type: 'line',
          source: frame.level,
          'source-layer': frame.level,
          filter: ['==', ['get', 'code'], frame.code],
          paint: { 'line-color': '#3b3b3b', 'line-width': 1.6 },
        },
      ]
    : []
  const hovered: LayerSpecification = {
    id: 'hovered',
    type: 'line',
    ...from,
    paint: {
      'line-color': '#111111',
      'line-width': ['case', ['boolean', ['feature-state', 'hovered'], false], 2, 0],
      'line-opacity': ['case', ['boolean', ['feature-state', 'hovered'], false], 1, 0],
    },
  }
  const ring = (id: string, colour: string, width: number): LayerSpecification => ({
    id,
    type: 'line',
    ...from,
    filter: ['==', ['get', 'code'], drawn.area],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': colour, 'line-width': width },
  })
  return [outline, ...around, hovered, ring('chosen-halo', '#ffffff', 6), ring('chosen', '#0b3d91', 3)]
}

/** A change is a rate, so it is a fill, of a number too. */
const hasCircles = (drawn: Drawn) => drawn.by === 'count' && drawn.geography !== 'hexagon' && !drawn.change

function circles(drawn: Drawn): LayerSpecification[] {
  if (!hasCircles(drawn)) return []
  const share: ExpressionSpecification = ['/', ['to-number', ['get', `${drawn.theme}_count`], 0], Math.max(1, drawn.most)]
  return [
    {
      id: 'circles',
      type: 'circle',
      source: drawn.geography,
      'source-layer': 'label',
      filter: having(drawn, 'value'),
      layout: { 'circle-sort-key': ['-', 0, share] },
      paint: {
        'circle-radius': ['max', 1.5, ['*', LARGEST_PX, ['sqrt', share]]],
        'circle-color': PAPER.circle,
        'circle-opacity': drawn.met ? (['case', among(drawn.met), 0.8, 0.15] as ExpressionSpecification) : 0.7,
        'circle-stroke-color': '#ffffff',
        'circle-stroke-width': 1,
      },
    },
  ]
}

function labels(drawn: Drawn): LayerSpecification[] {
  if (drawn.geography === 'hexagon') return []
  return [
    {
      id: 'labels',
      type: 'symbol',
      source: drawn.geography,
      'source-layer': 'label',
      filter: having(drawn, null),
      layout: {
        'text-field': ['get', 'name'],
        'text-font': ['Noto Sans'],
        'text-size': 12,
        'text-max-width': 7,
        'text-padding': 6,
        'text-offset': hasCircles(drawn) ? [0, 1.2] : [0, 0],
      },
      paint: { 'text-color': '#1a1a1a', 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 },
    },
  ]
}

/** Where there is no room for all, homes go before offices. */
const KINDS = Object.keys(SYMBOLS)

/** From this zoom on symbols may lie over each other; before it, some of them stand for those that they would cover. */
const CROWDED_ZOOM = 10

function pointSource({ points }: Drawn): StyleSpecification['sources'] {
  if (!points.length) return {}
  const features = points.flatMap(({ kind, position }, at) =>
    position ? [{ type: 'Feature' as const, id: at, geometry: { type: 'Point' as const, coordinates: position }, properties: { kind } }] : [],
  )
  return { institutions: { type: 'geojson', data: { type: 'FeatureCollection', features } } }
}

function points(drawn: Drawn): LayerSpecification[] {
  if (!drawn.points.length) return []
  return [
    {
      id: 'institutions',
      type: 'symbol',
      source: 'institutions',
      layout: {
        'icon-image': ['concat', 'institution-', ['get', 'kind']],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 5, 0.6, 11, 1],
        'icon-overlap': ['step', ['zoom'], 'never', CROWDED_ZOOM, 'always'],
        'icon-padding': 3,
        'symbol-sort-key': ['index-of', ['get', 'kind'], ['literal', KINDS]],
      },
    },
  ]
}
