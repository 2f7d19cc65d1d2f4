export default {
  files: ['__test__/**/*.spec.ts', '!__test__/install/**'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=@oxc-node/core/register', '--expose-gc'],
  // A process each: descriptors are counted per process, and an abort takes down one file only.
  workerThreads: false,
  timeout: '60s',
}
