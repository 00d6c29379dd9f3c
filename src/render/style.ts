/** How text is emphasised and drawn: a terminal's colours, or nothing; with pictures in Unicode, or in ASCII. Views get one and never know why. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
  /** Block elements and other signs beyond ASCII can be shown. */
  unicode: boolean
}

const same = (text: string): string => text

/** No emphasis at all. */
export const PLAIN: Style = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same, unicode: true }
