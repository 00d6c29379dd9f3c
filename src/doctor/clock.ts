import type { Finding } from './finding.ts'
import { finding, fine } from './finding.ts'

/** One question to the server: when it was sent and answered here, and the time there, all in milliseconds since 1970. */
export interface ClockSample {
  sent: number
  answered: number
  server: number
}

/** From here on times in reports look wrong to people. */
const TOLERATED_MS = 2_000

/**
 * How far the server's clock is ahead, from the sample with the shortest way: its answer was made at some moment between
 * sending and receiving, so the middle is right within half of that (Cristian's algorithm).
 */
export function clockSkew(samples: readonly ClockSample[]): { aheadMs: number; withinMs: number } | undefined {
  const [best] = samples.toSorted((a, b) => a.answered - a.sent - (b.answered - b.sent))
  if (best === undefined) return undefined
  return { aheadMs: best.server - (best.sent + best.answered) / 2, withinMs: (best.answered - best.sent) / 2 }
}

/** Times in the tables are the server's, those of reports and CI are this machine's. */
export function examineClock(samples: readonly ClockSample[]): Finding[] {
  const skew = clockSkew(samples)
  if (skew === undefined) return []
  const { aheadMs, withinMs } = skew
  const off = Math.abs(aheadMs)
  if (off - withinMs <= TOLERATED_MS) return [fine('connection.clock', 'the clocks here and there agree')]
  const text = `the clock of the server is ${seconds(off)} ${aheadMs > 0 ? 'ahead of' : 'behind'} the one here (within ${seconds(withinMs)})`
  return [finding('warning', 'connection.clock', text, 'set the wrong one by NTP; timedatectl shows how this machine does')]
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
