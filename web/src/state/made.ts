// What the server told in the page's head; a page that it did not make tells nothing.

const told = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content

/** The release of which the server made the page: nothing that is of it waits for the catalogue. */
export const made = told('release') ?? ''

/** So many areas may be asked for at once, and stand in one table; empty for as many as the server gives. */
export const mostAreas = told('most') ?? ''
