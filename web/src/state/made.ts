// The release of which the server made the page: nothing that is of it waits for the catalogue.

export const made = document.querySelector<HTMLMetaElement>('meta[name="release"]')?.content ?? ''
