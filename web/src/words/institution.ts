// What is said of an institution.
import type { Institution } from '../data/figures'
import type { Key, Say, writer } from './text'

/** Its name, its kind, and for how many it has a place where that is known. */
export function institutionSentence(say: Say, write: ReturnType<typeof writer>, { name, kind, capacity }: Institution): string {
  const places = capacity === null ? [] : [say('institutions.capacity', { count: write.whole(capacity) })]
  return [name, say(`institution.${kind}` as Key), ...places].join(' · ')
}
