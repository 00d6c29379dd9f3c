import type { CommandResult } from '../context.ts'
export async function syncCommand(): Promise<CommandResult> {
  return { report: {}, view: () => [] }
}
