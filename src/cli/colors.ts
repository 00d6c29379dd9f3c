import { Chalk } from 'chalk'
import type { Style } from '../render/style.ts'
import { PLAIN } from '../render/style.ts'

/** chalk decides by itself only for the whole process and ignores NO_COLOR: the level is given per stream. */
export function createStyle(colors: boolean): Style {
  if (!colors) return PLAIN
  const chalk = new Chalk({ level: 1 })
  return { bold: chalk.bold, dim: chalk.dim, red: chalk.red, green: chalk.green, yellow: chalk.yellow, cyan: chalk.cyan }
}
