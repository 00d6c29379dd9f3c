import type { Ora } from 'ora'
import type { Io } from './io.ts'

/** A line that says what is going on, on a terminal and only when it lasts. */
export interface Progress {
  update(text: string): void
  stop(): void
}

const PATIENCE_MS = 400

/** Loads the spinner only after a while: most runs end before. */
export function createProgress(io: Io, silent: boolean): Progress {
  if (silent || !io.interactive) return { update: () => undefined, stop: () => undefined }
  let text = ''
  let spinner: Ora | undefined
  let stopped = false
  const timer = setTimeout(() => {
    void import('ora').then(({ default: ora }) => {
      if (!stopped) spinner = ora({ text, discardStdin: false, hideCursor: false }).start()
    })
  }, PATIENCE_MS)
  timer.unref()
  return {
    update: (next) => {
      text = next
      if (spinner !== undefined) spinner.text = next
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
      spinner?.stop()
    },
  }
}
