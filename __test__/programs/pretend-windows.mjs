// Preloaded with --import: what follows takes this process for one on Windows.
Object.defineProperty(process, 'platform', { value: 'win32' })
