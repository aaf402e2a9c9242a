// Sentences and numbers in a language. No visible word stands outside the catalogues.
import en from '../messages/en.json'
import id from '../messages/id.json'
import type { Language } from '../state/url'

export const CATALOGUES: Record<Language, Record<string, string>> = { en, id }
export type Key = keyof typeof en

export type Say = (key: Key, values?: Record<string, string | number>) => string

/** The sentences of a language. */
export function speaker(language: Language): Say {
  return (key, values = {}) =>
    (CATALOGUES[language][key] ?? key).replace(/\{(\w+)\}/g, (hole, name) => String(values[name] ?? hole))
}

const LOCALE: Record<Language, string> = { en: 'en-GB', id: 'id-ID' }

/** Numbers as a language writes them; what is not known is a dash. */
export function writer(language: Language) {
  const locale = LOCALE[language]
  const digits = (value: number, most: number, least = 0) =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: most, minimumFractionDigits: least }).format(value)
  const percent = language === 'id' ? '\u00a0%' : '%'
  const orDash = (value: number | null | undefined, write: (value: number) => string) =>
    value === null || value === undefined ? '–' : write(value)
  const whole = (value: number | null | undefined) => orDash(value, (known) => digits(known, 0))
  const share = (value: number | null | undefined, least = 1) =>
    orDash(value, (known) => `${digits(known * 100, Math.max(1, least), least)}${percent}`)
  const points = (value: number, decimals = 1) => digits(Math.abs(value) * 100, decimals, decimals)
  /** A margin that is too small to be written is less than the least that is, and not nothing. */
  const atLeast = (margin: number, least: number, write: (value: number) => string) =>
    margin > 0 && write(margin) === write(0) ? `<\u00a0${write(least)}` : write(margin)
  return {
    whole,
    /** A fraction 0 to 1 as per cent. */
    share,
    points,
    wholeMargin: (margin: number) => atLeast(margin, 1, whole),
    shareMargin: (margin: number) => atLeast(margin, 0.001, share),
    pointsMargin: (margin: number, decimals = 1) =>
      atLeast(margin, 0.01 * 10 ** -decimals, (value) => points(value, decimals)),
    /** The edge of a class of points, from a fraction. */
    step: (value: number) => digits(value * 100, 1),
    density: (value: number | null | undefined) =>
      orDash(value, (known) => new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }).format(known)),
    date: (iso: string) =>
      new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${iso}T00:00:00Z`)),
    collator: new Intl.Collator(locale, { numeric: true }),
  }
}
