import type { Invocation } from './options.js'
export async function doctor(_: Invocation): Promise<number> { return 0 }
