// The descriptors before and after the package is imported.
import { openDescriptors } from '../helpers/descriptors.ts'

const before = openDescriptors()
await import('socketpair')
process.stdout.write(JSON.stringify([before, openDescriptors()]))
