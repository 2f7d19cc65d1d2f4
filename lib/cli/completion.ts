import type { Invocation } from './options.js'
export async function completion(_: Invocation): Promise<number> { return 0 }
