/** How views emphasise text and draw pictures: with terminal colours or without, in Unicode or in ASCII. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
  /** The terminal can show block elements and other signs outside ASCII. */
  unicode: boolean
}

const same = (text: string): string => text

/** No colours, with Unicode. */
export const PLAIN: Style = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same, unicode: true }
