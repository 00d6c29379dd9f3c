/** Lets a loop sleep until something happens or a time is over. What happens while it is awake counts for its next sleep. */
export interface Waker {
  wake(): void
  /** Resolves with true when it was woken since the last sleep ended, at once or later, or with false after so many milliseconds. */
  sleep(ms: number): Promise<boolean>
}

export function createWaker(): Waker {
  let isDue = false
  let resolveSleep: (() => void) | undefined
  return {
    wake: () => {
      isDue = true
      resolveSleep?.()
    },
    sleep: async (ms) => {
      if (!isDue) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          resolveSleep = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      resolveSleep = undefined
      const isWoken = isDue
      isDue = false
      return isWoken
    },
  }
}
