import type { Tool } from './tool.ts'
import { TOOLS } from './tools/all.ts'

/** A tool with import rules. */
export type ImportableTool = Tool & Required<Pick<Tool, 'import'>>

/** The tool with this name; undefined when there is no import from it. */
export function importableTool(name: string): ImportableTool | undefined {
  return TOOLS.find((tool): tool is ImportableTool => tool.name === name && tool.import !== undefined)
}
