// A user's program, compiled with a user's settings.
import { socketpair } from 'socketpair'

export async function talk(): Promise<string | undefined> {
  const [here, there] = socketpair('seqpacket')
  await here.send('hello')
  const message = await there.recv()
  here.close()
  there.close()
  return message?.data.toString()
}
