import type { CommandResult } from '../context.ts'
export async function verifyCommand(): Promise<CommandResult> {
  return { report: {}, view: () => [] }
}
