// npm install in an empty project, with scripts off and nothing to compile with.

import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { targets } from '../../scripts/cross/targets.js'
import { emptyProject, version, works } from './project.ts'

/** The packages in a project. */
function installed(folder: string): string[] {
  const names = readdirSync(path.join(folder, 'node_modules'))
  return names.filter((name) => !name.startsWith('.')).toSorted()
}

test('npm install brings the package and the binary of this platform, which work', async (t) => {
  const project = emptyProject(t)
  await project.npm('install', 'socketpair')
  t.deepEqual(installed(project.folder), ['socketpair', 'socketpair-linux-x64-gnu'])
  t.deepEqual(readdirSync(path.join(project.folder, 'node_modules/socketpair')).toSorted(), [
    'LICENSE',
    'README.md',
    'benchmark',
    'dist',
    'package.json',
  ])
  await works(t, project)

  const { packages } = JSON.parse(
    readFileSync(path.join(project.folder, 'package-lock.json'), 'utf8'),
  ) as { packages: Record<string, { version: string; os: string[]; cpu: string[] }> }
  for (const { name, os, cpu } of targets) {
    const entry = packages[`node_modules/socketpair-${name}`]
    t.is(entry?.version, version, name)
    t.deepEqual(entry?.os, [os], name)
    t.deepEqual(entry?.cpu, [cpu], name)
  }

  await project.npm('ci')
  await works(t, project)
})

for (const { name, os, cpu, libc } of targets) {
  test(`npm brings the binary of ${name} there, and no other`, async (t) => {
    const project = emptyProject(t)
    const there = [`--os=${os}`, `--cpu=${cpu}`, ...(libc ? [`--libc=${libc}`] : [])]
    await project.npm('install', ...there, 'socketpair')
    t.deepEqual(installed(project.folder), ['socketpair', `socketpair-${name}`])
    const files = readdirSync(path.join(project.folder, 'node_modules', `socketpair-${name}`))
    t.deepEqual(files.toSorted(), [
      'LICENSE',
      'README.md',
      'package.json',
      `socketpair.${name}.node`,
    ])
  })
}

test('npm refuses the binary of another platform by its name', async (t) => {
  const project = emptyProject(t)
  const error = await t.throwsAsync(project.npm('install', 'socketpair-darwin-arm64'))
  t.regex(error.message, /EBADPLATFORM/)
})
