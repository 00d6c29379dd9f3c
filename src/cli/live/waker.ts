/** Lets a loop sleep until something happens or a time is over. An event while the loop is awake ends its next sleep. */
export interface Waker {
  wake(): void
  /** Resolves with true after `wake`, which may have been called since the last sleep, or with false after `ms` milliseconds. */
  sleep(ms: number): Promise<boolean>
}

export function createWaker(): Waker {
  let isDue = false
  let endSleep: (() => void) | undefined
  return {
    wake: () => {
      isDue = true
      endSleep?.()
    },
    sleep: async (ms) => {
      if (!isDue) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          endSleep = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      endSleep = undefined
      const isWoken = isDue
      isDue = false
      return isWoken
    },
  }
}
