export default {
  files: ['*.spec.ts'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=@oxc-node/core/register'],
  workerThreads: false,
  timeout: '5m', // without output; npm and its like may take their time
}
