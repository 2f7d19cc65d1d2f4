// The descriptors of this process: as a message to whoever forked it, else printed.
import { openDescriptors } from '../helpers/descriptors.ts'

const descriptors = openDescriptors()
if (process.send) process.send(descriptors)
else process.stdout.write(JSON.stringify(descriptors))
