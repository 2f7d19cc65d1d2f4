// Runs in the browser: the guides are unfolded in the navigation until the reader folds them.
for (const name of ['Guides', 'Reference']) {
  const key = `tsd-accordion-${name}`
  if (localStorage.getItem(key) === null) localStorage.setItem(key, 'true')
}
