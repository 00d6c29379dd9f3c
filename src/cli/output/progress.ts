import type { Ora } from 'ora'
import type { Io } from './io.ts'

/** A line with the current work, on a terminal and only for longer work. */
export interface Progress {
  update(text: string): void
  stop(): void
}

const PATIENCE_MS = 400

/** Loads the spinner after a delay: most runs end before. */
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
