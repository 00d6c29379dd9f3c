import { PLAIN, type Style } from '../../render/style.ts'

/** The style of a stream. chalk decides for the whole process and ignores NO_COLOR, so its level is set here. It is loaded only for colors. */
export async function createStyle(colors: boolean, unicode: boolean): Promise<Style> {
  if (!colors) return { ...PLAIN, unicode }
  const { Chalk } = await import('chalk')
  const chalk = new Chalk({ level: 1 })
  return { bold: chalk.bold, dim: chalk.dim, red: chalk.red, green: chalk.green, yellow: chalk.yellow, cyan: chalk.cyan, unicode }
}
