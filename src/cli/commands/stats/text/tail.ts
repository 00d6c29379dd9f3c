import stringWidth from 'fast-string-width'
import { grouped, plural, printable } from '../../../../core/text.ts'
import type { Style } from '../../../../render/style.ts'
import { truncate } from '../../../../render/table.ts'
import type { TailEvent, TailSums } from '../../../../stats/tail.ts'
import { ms, percent, printed } from '../table.ts'

/** Prints one event per line. Columns keep their place and only grow. */
export interface TailView {
  event(event: TailEvent, width: number): string[]
  /** One line instead of more events than a person can read; `at` is ISO 8601, as the times of events. */
  sums(sums: TailSums, at: string, width: number): string
}

const SKILL = { least: 12, most: 40 }
const WIDE = { date: 80, version: 92, user: 100, session: 130 }

export function createTailView(style: Style): TailView {
  let [skillWidth, versionWidth] = [SKILL.least, 7]
  let day = ''
  const ellipsis = style.unicode ? '…' : '...'
  return {
    event: (event, width) => {
      const [skill, version] = [printable(event.skillId), printable(event.version)]
      skillWidth = Math.min(Math.max(skillWidth, stringWidth(skill)), SKILL.most)
      versionWidth = Math.min(Math.max(versionWidth, stringWidth(version)), 16)
      const time = (event.createdAt ?? '-').slice(0, 19).replace('T', ' ').padEnd(19)
      const shownTime = style.dim(width < WIDE.date ? time.slice(11) : time)
      const others = [
        outcome(event.outcome, style),
        printed(event.latencyMs, ms).padStart(9),
        ...(width < WIDE.version ? [] : [pad(version, width === Infinity ? stringWidth(version) : versionWidth, ellipsis)]),
        ...(width < WIDE.user ? [] : [(event.tier === null ? '-' : printable(event.tier)).padEnd(4)]),
      ]
      const room = width - others.reduce((sum, part) => sum + stringWidth(part) + 2, stringWidth(shownTime) + 2)
      const parts = [shownTime, pad(skill, width === Infinity ? stringWidth(skill) : Math.min(skillWidth, room), ellipsis), ...others]
      const used = parts.reduce((sum, part) => sum + stringWidth(part) + 2, 0)
      const left = width - used
      const user = left >= 36 ? event.userId : left >= 8 && width >= WIDE.user ? event.userId.slice(0, 8) : ''
      const session = printable(event.sessionId ?? '')
      const rest = left - user.length - 2
      const last = width < WIDE.session || rest < 8 || session === '' ? '' : pad(session, Math.min(stringWidth(session), rest), ellipsis)
      const line = [...parts, ...(user === '' ? [] : [style.dim(user)]), ...(last === '' ? [] : [style.dim(last)])].join('  ').trimEnd()
      if (width >= WIDE.date || time.slice(0, 10) === day) return [line]
      day = time.slice(0, 10)
      return [style.dim(day), line]
    },
    sums: ({ events, skills, users, success, avgLatencyMs, top }, at, width) => {
      const time = at.slice(width < WIDE.date ? 11 : 0, 19).replace('T', ' ')
      const parts = [
        ` of ${plural(skills, 'skill')}`,
        ` by ${plural(users, 'user')}`,
        `, ${percent((success / Math.max(1, events)) * 100)} success`,
        avgLatencyMs === null ? '' : `, ${ms(avgLatencyMs)}`,
        ...top.map(([skill, n], i) => `${i === 0 ? ': ' : ', '}${printable(skill)} ${grouped(n)}`),
      ]
      const uses = plural(events, 'use')
      let shown = ''
      for (const part of parts) {
        if (stringWidth(`${time}  ${uses}${shown}${part}`) > width) break
        shown += part
      }
      return `${style.dim(time)}  ${style.bold(uses)}${shown}`
    },
  }
}

function outcome(text: string, style: Style): string {
  const padded = printable(text).padEnd(12)
  if (text === 'success') return style.green(padded)
  return text === 'hard_refusal' ? style.red(padded) : style.yellow(padded)
}

function pad(text: string, width: number, ellipsis: string): string {
  const cut = truncate(text, width, ellipsis)
  return cut + ' '.repeat(Math.max(0, width - stringWidth(cut)))
}
