// The conditions of the filter, as the URL has them: `poverty.share.least.0.2,elderly.count.most.50`.

export interface Condition {
  theme: string
  of: 'share' | 'count'
  way: 'least' | 'most'
  /** A share is a fraction 0 to 1. */
  value: number
}

/** So many conditions can be read at once. */
export const MOST_CONDITIONS = 5

const ONE = /^([a-z_]{1,40})\.(share|count)\.(least|most)\.(\d{1,9}(?:\.\d{1,9})?)$/

/** Reads them; what it does not understand is left out. */
export function conditions(text: string): Condition[] {
  const read = text.split(',').flatMap((one): Condition[] => {
    const [, theme, of, way, value] = ONE.exec(one) ?? []
    return theme ? [{ theme, of: of as Condition['of'], way: way as Condition['way'], value: Number(value) }] : []
  })
  return read.slice(0, MOST_CONDITIONS)
}

export function written(conditions: readonly Condition[]): string {
  const number = (value: number) => Number(Math.max(0, Math.min(value, 999_999_999)).toFixed(6)).toString()
  return conditions.map(({ theme, of, way, value }) => `${theme}.${of}.${way}.${number(value)}`).join(',')
}
