type Work = () => void | Promise<void>

const lists: { test: Work[]; file: Work[] } = { test: [], file: [] }

/**
 * Runs the work after every test, or after every test file. Test files share a process and its modules, so that a hook
 * of Vitest at the top of a support module would run for the first file only.
 */
export function cleanUpAfter(what: 'test' | 'file', work: Work): void {
  lists[what].unshift(work)
}

/** What `cleanUpAfter` was given, the latest first. */
export async function cleanUp(what: 'test' | 'file'): Promise<void> {
  for (const work of lists[what]) await work()
}
