import { expect, test } from 'vitest'
import cases from './numbers.json'
import { sentence } from './sentence'
import { CATALOGUES, speaker, writer } from './text'

const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort()

test('both languages say the same with the same holes', () => {
  const { en, id } = CATALOGUES
  expect(Object.keys(id)).toEqual(Object.keys(en))
  for (const [key, text] of Object.entries(en)) expect(holes(id[key] ?? ''), key).toEqual(holes(text))
})

test('numbers follow the language', () => {
  expect(writer('id').share(0.1244)).toBe('12,4\u00a0%')
  expect(writer('en').share(0.1244)).toBe('12.4%')
  expect(writer('id').whole(12345)).toBe('12.345')
  expect(writer('en').whole(null)).toBe('–')
})

test('numbers are those of the server', () => {
  for (const language of ['id', 'en'] as const) {
    const write = writer(language)
    for (const { value, ...told } of cases.whole) expect(write.whole(value)).toBe(told[language])
    for (const { value, least, ...told } of cases.share) expect(write.share(value, least)).toBe(told[language])
    for (const { value, ...told } of cases.points) expect(write.points(value)).toBe(told[language])
    for (const { value, ...told } of cases.share_margin) expect(write.shareMargin(value)).toBe(told[language])
    for (const { value, ...told } of cases.whole_margin) expect(write.wholeMargin(value)).toBe(told[language])
    for (const { value, ...told } of cases.points_margin) expect(write.pointsMargin(value)).toBe(told[language])
    for (const { value, ...told } of cases.density) expect(write.density(value)).toBe(told[language])
    for (const { value, ...told } of cases.date) expect(write.date(value)).toBe(told[language])
  }
})

test('a sentence carries its margin, and an area without a figure is told in words', () => {
  const figure = { count: 12, moe95: 3, share: 0.124, share_moe95: 0.012, density_km2: 1, coverage: 0.34, status: 'value' as const }
  const told = (status: 'value' | 'below_10' | 'not_enough_surveyed') =>
    sentence(speaker('en'), writer('en'), { theme: 'poverty', by: 'share', place: 'X', threshold: 4 }, { ...figure, status })
  expect(told('value')).toBe('12.4% (±\u00a01.2%) of resident households in X were found poor (deciles 1 to 4).')
  expect(told('below_10')).toBe('X: below 10, too few to tell a share of.')
  expect(told('not_enough_surveyed')).toBe('X: not enough surveyed (34% of the prelist). Found so far: 12 (±\u00a03).')
})
