import type { Db } from '../../db/db.ts'
import type { Stop } from './interrupt.ts'

const CANCEL_AGAIN_MS = 250

/** Runs work that a signal cancels on the server, again and again until it has ended. */
export async function cancellable<T>(db: Db, stop: Stop, work: () => Promise<T>): Promise<T> {
  let repeating: NodeJS.Timeout | undefined
  const cancel = (): void => void db.cancel().catch(() => undefined)
  const forget = stop.onStop(() => {
    cancel()
    repeating = setInterval(cancel, CANCEL_AGAIN_MS)
  })
  try {
    return await work()
  } catch (error) {
    stop.cut = stop.code !== undefined
    throw error
  } finally {
    forget()
    clearInterval(repeating)
  }
}
