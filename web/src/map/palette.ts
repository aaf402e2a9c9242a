// Colours, light for low. From ColorBrewer (Brewer 2003) and viridis (van der Walt and Smith 2015).
import type { Status } from '../data/figures'
import type { Palette } from '../state/url'

const SEQUENTIAL: Record<string, string[]> = {
  poverty: ['#ffffd4', '#fed98e', '#fe9929', '#d95f0e', '#993404'],
  elderly: ['#f6eff7', '#bdc9e1', '#67a9cf', '#1c9099', '#016c59'],
  children: ['#edf8fb', '#b3cde3', '#8c96c6', '#8856a7', '#810f7c'],
  disability: ['#f0f9e8', '#bae4bc', '#7bccc4', '#43a2ca', '#0868ac'],
  visits: ['#edf8e9', '#bae4b3', '#74c476', '#31a354', '#006d2c'],
  quality: ['#f7f7f7', '#cccccc', '#969696', '#636363', '#252525'],
  programmes: ['#feebe2', '#fbb4b9', '#f768a1', '#c51b8a', '#7a0177'],
}
const VIRIDIS = ['#fde725', '#5ec962', '#21918c', '#3b528b', '#440154']

/** As many colours as there are classes, from the lightest to the darkest. */
export function colours(theme: string, palette: Palette, classes: number): string[] {
  const five = palette === 'contrast' ? VIRIDIS : (SEQUENTIAL[theme] ?? SEQUENTIAL['poverty']!)
  if (classes <= 1) return [five[2]!]
  return Array.from({ length: classes }, (_, at) => five[Math.round((at * 4) / (classes - 1))]!)
}

export const PAPER = { sea: '#d6e4ec', land: '#f4f1ea', border: '#8d8577', coast: '#6f7f8a', untold: '#f2f2f2', circle: '#b4460a' }

/** How an area without a class is hatched: lines at these angles, in this colour, on this ground. */
export const HATCHES: Record<Exclude<Status, 'value'>, { ground: string; ink: string; marks: 'dots' | 'lines' | 'crosses' }> = {
  below_10: { ground: '#f2f2f2', ink: '#767676', marks: 'dots' },
  not_visited: { ground: '#f2f2f2', ink: '#767676', marks: 'lines' },
  no_data: { ground: '#f2f2f2', ink: '#767676', marks: 'crosses' },
}

/** Whether a mark's ink covers a dot of a tile of `size`. One function draws it in map and legend. */
export function inked(marks: 'dots' | 'lines' | 'crosses', x: number, y: number, size: number): boolean {
  const near = (sum: number) => ((sum % size) + size) % size < size / 6
  if (marks === 'dots') return Math.hypot((x % size) - size / 2, (y % size) - size / 2) < size / 5
  if (marks === 'lines') return near(x + y)
  return near(x + y) || near(x - y)
}

/** A hatch as dots of red, green, blue and opacity. */
export function hatch(status: Exclude<Status, 'value'>, size: number): Uint8ClampedArray<ArrayBuffer> {
  const { ground, ink, marks } = HATCHES[status]
  const dots = new Uint8ClampedArray(size * size * 4)
  for (let at = 0; at < size * size; at++) {
    const colour = inked(marks, at % size, Math.floor(at / size), size) ? ink : ground
    const parts = [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16))
    dots.set([...parts, 255], at * 4)
  }
  return dots
}
