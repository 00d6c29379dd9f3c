import type { Style } from '../render/style.ts'
import { PLAIN } from '../render/style.ts'

/** The style of a stream. chalk decides for the whole process and ignores NO_COLOR, so its level is set here; it loads only for colours. */
export async function createStyle(colors: boolean): Promise<Style> {
  if (!colors) return PLAIN
  const { Chalk } = await import('chalk')
  const chalk = new Chalk({ level: 1 })
  return { bold: chalk.bold, dim: chalk.dim, red: chalk.red, green: chalk.green, yellow: chalk.yellow, cyan: chalk.cyan }
}
