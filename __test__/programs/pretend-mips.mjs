// Preloaded with --import: what follows takes this process for one on a machine that has no binary.
Object.defineProperty(process, 'platform', { value: 'linux' })
Object.defineProperty(process, 'arch', { value: 'mips' })
