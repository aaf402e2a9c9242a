// The map's style, a pure function of what is shown.
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import { UNTOLD } from '../data/figures'
import type { Geography } from './levels'
import { PAPER } from './palette'

export interface Drawn {
  theme: string
  geography: Geography
  /** Fills of a share or a density, or circles of a number. */
  by: 'share' | 'density' | 'count'
  /** The areas that are shown, `null` for all. */
  codes: string[] | null
  inner: number[]
  colours: string[]
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

/** The radius of the largest circle. */
export const LARGEST_PX = 20

export function style(drawn: Drawn, places: Places): StyleSpecification {
  const names = new Set<Geography>(['province', drawn.geography])
  if (drawn.frame) names.add(drawn.frame.level)
  const sources = Object.fromEntries(
    [...names].map((name) => [name, { type: 'vector' as const, url: `${places.origin}/tiles/${name}.json`, promoteId: 'code' }]),
  )
  return {
    version: 8,
    'font-faces': { 'Noto Sans': places.font },
    sources,
    layers: [...ground(), ...areas(drawn), ...lines(drawn), ...circles(drawn), ...labels(drawn)],
  }
}

function ground(): LayerSpecification[] {
  return [
    { id: 'sea', type: 'background', paint: { 'background-color': PAPER.sea } },
    { id: 'land', type: 'fill', source: 'province', 'source-layer': 'province', paint: { 'fill-color': PAPER.land } },
    { id: 'coast', type: 'line', source: 'province', 'source-layer': 'province', paint: { 'line-color': PAPER.coast, 'line-width': 0.7 } },
  ]
}

const status = (drawn: Drawn): ExpressionSpecification => ['get', `${drawn.theme}_status`]

/** What is shown and has one of these statuses. */
function having(drawn: Drawn, statuses: readonly string[] | null): FilterSpecification {
  const shown: ExpressionSpecification =
    drawn.codes === null || drawn.codes.length === 0
      ? ['literal', drawn.codes === null]
      : ['match', ['get', 'code'], drawn.codes, true, false]
  if (!statuses) return shown
  return ['all', shown, ['match', status(drawn), [...statuses], true, false]] as FilterSpecification
}

function areas(drawn: Drawn): LayerSpecification[] {
  const { geography } = drawn
  const from = { source: geography, 'source-layer': geography } as const
  const hatched = UNTOLD.map(
    (untold): LayerSpecification => ({
      id: `hatch-${untold}`,
      type: 'fill',
      ...from,
      filter: having(drawn, [untold]),
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

function fillColour(drawn: Drawn): ExpressionSpecification | string {
  if (drawn.by === 'count') return '#ffffff'
  const value: ExpressionSpecification = ['get', `${drawn.theme}_${drawn.by === 'share' ? 'share' : 'density_km2'}`]
  const steps = drawn.inner.flatMap((edge, at) => [edge, drawn.colours[at + 1] ?? PAPER.untold])
  const lowest = drawn.colours[0] ?? PAPER.untold
  const classed = steps.length ? (['step', value, lowest, ...steps] as ExpressionSpecification) : lowest
  return ['case', ['!=', ['typeof', value], 'number'], PAPER.untold, classed] as ExpressionSpecification
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

function circles(drawn: Drawn): LayerSpecification[] {
  if (drawn.by !== 'count' || drawn.geography === 'hexagon') return []
  const share: ExpressionSpecification = ['/', ['to-number', ['get', `${drawn.theme}_count`], 0], Math.max(1, drawn.most)]
  return [
    {
      id: 'circles',
      type: 'circle',
      source: drawn.geography,
      'source-layer': 'label',
      filter: having(drawn, ['value']),
      layout: { 'circle-sort-key': ['-', 0, share] },
      paint: {
        'circle-radius': ['max', 1.5, ['*', LARGEST_PX, ['sqrt', share]]],
        'circle-color': PAPER.circle,
        'circle-opacity': 0.7,
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
        'text-offset': drawn.by === 'count' ? [0, 1.2] : [0, 0],
      },
      paint: { 'text-color': '#1a1a1a', 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 },
    },
  ]
}
