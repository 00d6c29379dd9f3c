import net from 'node:net'
import type { ServerHost, ServerTarget } from '../core/target.ts'
import { isUnixSocket } from './network-socket.ts'
import { TimeLimit } from './time-limit.ts'

/** The hosts in the order to try. Where the choice between the addresses of a name matters, each address is one. */
export async function* hostsToTry(target: ServerTarget): AsyncGenerator<ServerHost> {
  const ordered = (hosts: readonly ServerHost[]): readonly ServerHost[] => (target.randomOrder === true ? shuffled(hosts) : hosts)
  for (const host of ordered(target.hosts)) {
    const isName = host.address === undefined && !isUnixSocket(host) && net.isIP(host.host) === 0
    const isChoice = target.randomOrder === true || target.sessionAttributes !== undefined
    yield* ordered(isName && isChoice ? await addressesOf(host, target.connectTimeoutMs) : [host])
  }
}

/** A name that cannot be resolved stays: connecting to it fails with the reason. */
async function addressesOf(host: ServerHost, timeoutMs: number): Promise<ServerHost[]> {
  try {
    // few targets need it
    const { lookup } = await import('node:dns/promises')
    const limit = new TimeLimit(timeoutMs, host.host, {})
    const addresses = await limit.of(() => lookup(host.host, { all: true })).finally(() => limit.end())
    return addresses.map(({ address }) => ({ ...host, address }))
  } catch {
    return [host]
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
