import type { CommandResult } from '../context.ts'
export async function statsCommand(): Promise<CommandResult> {
  return { report: {}, view: () => [] }
}
