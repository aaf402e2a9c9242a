// The one live copy of what the URL tells, and of what the pointer is over.
import { parse, query, type Shown } from './url'

const preferred = () => (navigator.language.startsWith('en') ? 'en' : 'id')

export const live = $state({
  shown: parse(location.search, preferred()),
  /** The code of the area under the pointer or the keyboard's focus. */
  hovered: '',
  /** The institution under the pointer, by its place in the list. */
  institution: null as number | null,
})

/** Shows something else: a step that the back button undoes, unless it `replace`s the present one. */
export function go(change: Partial<Shown>, how: 'push' | 'replace' = 'push') {
  live.shown = { ...live.shown, ...change }
  const url = query(live.shown)
  if (url === location.search) return
  if (how === 'push') history.pushState(null, '', url)
  else history.replaceState(null, '', url)
}

addEventListener('popstate', () => {
  live.shown = parse(location.search, live.shown.language)
  live.hovered = ''
  live.institution = null
})
