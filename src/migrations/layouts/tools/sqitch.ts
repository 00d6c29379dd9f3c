import type { Tool } from '../tool.ts'

/** The first comment of a script that goes back: `-- Revert project:name from pg`. The folders are found by `foreignFolder`. */
export const sqitch: Tool = {
  name: 'sqitch',
  title: 'Sqitch',
  comment: (text) => (/^--\s*Revert\s+[\w.@-]+:[\w.@-]+\s+from\s+\w+$/.test(text) ? 'down' : undefined),
}
