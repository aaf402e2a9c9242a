import { expect, test } from 'vitest'
import { known } from './known'
import { speaker, writer } from './text'

const said = (language: 'en' | 'id', theme: string, known_households: number | null, known_of: number | null) =>
  known(speaker(language), writer(language), { theme, known_households, known_of })

test('what is known of a part is said in both languages', () => {
  expect(said('en', 'elderly', 940, 1000)).toBe('Known of 940 of 1,000 poor households.')
  expect(said('id', 'elderly', 940, 1000)).toBe('Diketahui untuk 940 dari 1.000 rumah tangga miskin.')
  expect(said('en', 'poverty', 940, 1000)).toBe('Known of 940 of 1,000 visited households.')
  for (const [one, of] of [[null, null], [950, 1000], [0, 0]] as const) expect(said('en', 'elderly', one, of)).toBe('')
})
