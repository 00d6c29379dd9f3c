import net from 'node:net'

/** A TCP proxy on 127.0.0.1 that delays every chunk by `delayMs` in both directions: a round trip takes `2 * delayMs` longer. */
export async function startDelayProxy(
  target: { host: string; port: number },
  delayMs: number,
): Promise<{ port: number; stop: () => void }> {
  const server = net.createServer((client) => {
    const upstream = net.connect(target)
    client.setNoDelay(true)
    upstream.setNoDelay(true)
    forward(client, upstream, delayMs)
    forward(upstream, client, delayMs)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return { port: (server.address() as net.AddressInfo).port, stop: () => server.close() }
}

function forward(from: net.Socket, to: net.Socket, delayMs: number): void {
  from.on('data', (chunk) => setTimeout(() => to.writable && to.write(chunk), delayMs))
  from.on('end', () => setTimeout(() => to.end(), delayMs))
  from.on('error', () => to.destroy())
}
