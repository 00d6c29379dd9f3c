import type { CommandResult } from '../context.ts'
export async function quickstartCommand(): Promise<CommandResult> {
  return { report: {}, view: () => [] }
}
