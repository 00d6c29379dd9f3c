/** How text is emphasised: a terminal's colours, or nothing. Views get one and never know which. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

const same = (text: string): string => text

/** No emphasis at all. */
export const PLAIN: Style = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same }
