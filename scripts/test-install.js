// npm run test:install: the packages, published to a registry of this machine, as users get and use them. Its tools
// are many and only for this: __test__/install/ has a package.json of its own. After npm run build:all.

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install } from './install.js'
import { make } from './make.js'
import { packAll } from './pack.js'
import { root, run, runInstalled, script } from './steps.js'

const folder = join(root, '__test__/install')

async function installTools() {
  const changedAt = (/** @type {string} */ path) =>
    statSync(join(folder, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (changedAt('node_modules/.package-lock.json') >= changedAt('package-lock.json')) return
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
  })
}

/**
 * A registry that knows no package but those that are published to it.
 *
 * @param {string} storage
 */
async function startRegistry(storage) {
  const { runServer } = createRequire(join(folder, 'package.json'))('verdaccio')
  const server = await runServer({
    self_path: storage,
    storage: join(storage, 'packages'),
    auth: { htpasswd: { file: join(storage, 'htpasswd') } },
    uplinks: {},
    packages: { '**': { access: '$all', publish: '$all' } },
    log: { type: 'stdout', format: 'pretty', level: 'fatal' },
    max_body_size: '50mb',
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${server.address().port}/` }
}

/**
 * @param {string} url
 * @param {string} home
 */
function environmentFor(url, home) {
  // npm publishes with a token only; this registry takes any.
  const settings = join(home, 'npmrc')
  writeFileSync(settings, `${url.replace('http:', '')}:_authToken=any\n`)
  return { ...process.env, npm_config_registry: url, npm_config_userconfig: settings }
}

await script(async () => {
  await install()
  await make()
  await installTools()
  await runInstalled('tsc', ['--project', folder])
  const work = mkdtempSync(join(tmpdir(), 'socketpair-registry-'))
  const packed = packAll(work)
  const { server, url } = await startRegistry(work)
  try {
    const env = environmentFor(url, work)
    for (const { file } of packed) {
      // Where it comes from is what a release proves, not a test.
      await run('npm', ['publish', '--provenance=false', '--loglevel=error', file], {
        cwd: work,
        env,
      })
    }
    const [main] = packed.slice(-1)
    const npm = join(execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim(), 'npm')
    await runInstalled('ava', process.argv.slice(2), {
      cwd: folder,
      env: {
        ...process.env,
        SOCKETPAIR_TEST_REGISTRY: url,
        SOCKETPAIR_TEST_TARBALL: main?.file,
        SOCKETPAIR_TEST_VERSION: main?.version,
        SOCKETPAIR_TEST_NPM: join(npm, 'bin/npm-cli.js'),
      },
    })
  } finally {
    server.closeAllConnections?.()
    server.close()
    rmSync(work, { recursive: true })
  }
})
