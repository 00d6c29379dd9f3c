import type { Cooccurrence, FunnelStage, GroupStats, SkillStats, Totals } from '../../src/index.ts'
import type { LoggedEvent, LoggedFeedback } from './random-log.ts'

/** Counts these events in the plainest way, for a comparison with `stats`. Shares no code with it. */

type SkillCounts = Pick<
  SkillStats,
  'skillId' | 'totalUses' | 'successCount' | 'softFail' | 'hardRefusal' | 'uniqueUsers' | 'firstUse' | 'lastUse' | 'feedback'
> & { rate: number; latency: number | null; rating: number | null }

export function recountSkills(events: readonly LoggedEvent[], feedback: readonly LoggedFeedback[]): SkillCounts[] {
  const skills = [...grouped(events, ({ skillId }) => skillId)].map(([skillId, own]) => {
    const latencies = own.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]))
    const opinions = feedback.filter((entry) => entry.skillId === skillId)
    const ratings = opinions.flatMap(({ rating }) => (rating === null ? [] : [rating]))
    return {
      skillId,
      totalUses: own.length,
      successCount: outcomes(own, 'success'),
      softFail: outcomes(own, 'soft_fail'),
      hardRefusal: outcomes(own, 'hard_refusal'),
      uniqueUsers: distinct(own, ({ userId }) => userId),
      ...times(own),
      feedback: opinions.length,
      rate: (100 * outcomes(own, 'success')) / own.length,
      latency: mean(latencies),
      rating: mean(ratings),
    }
  })
  return skills.toSorted((a, b) => b.totalUses - a.totalUses || bytewise(a.skillId, b.skillId))
}

export function recountTotals(events: readonly LoggedEvent[], feedback: readonly LoggedFeedback[]): Partial<Totals> {
  const known = outcomes(events, 'success') + outcomes(events, 'soft_fail') + outcomes(events, 'hard_refusal')
  return {
    events: events.length,
    users: distinct(events, ({ userId }) => userId),
    sessions: distinct(
      events.filter(({ sessionId }) => sessionId !== null),
      ({ userId, sessionId }) => `${userId} ${sessionId ?? ''}`,
    ),
    skillsUsed: distinct(events, ({ skillId }) => skillId),
    success: outcomes(events, 'success'),
    softFail: outcomes(events, 'soft_fail'),
    hardRefusal: outcomes(events, 'hard_refusal'),
    otherOutcomes: events.length - known,
    feedback: feedback.length,
  }
}

export function recountSets(events: readonly LoggedEvent[]): Cooccurrence[] {
  const groups = grouped(
    events.filter(({ sessionId }) => sessionId !== null),
    (event) => JSON.stringify([event.userId, event.sessionId, tierOf(event), event.state.element ?? null, event.state.realm ?? null]),
  )
  const sets = new Map<string, LoggedEvent[][]>()
  for (const own of groups.values()) {
    const first = own[0] as LoggedEvent
    const skills = [...new Set(own.filter(({ outcome }) => outcome === 'success').map(({ skillId }) => skillId))].toSorted(bytewise)
    if (skills.length < 2) continue
    const key = JSON.stringify([skills, tierOf(first), first.state.element ?? null, first.state.realm ?? null])
    sets.set(key, [...(sets.get(key) ?? []), own])
  }
  return [...sets]
    .filter(([, sessions]) => sessions.length >= 3)
    .map(([key, sessions]) => {
      const [skillSet, tier, element, realm] = JSON.parse(key) as [string[], string | null, string | null, string | null]
      const all = sessions.flat()
      const { firstUse, lastUse } = times(all)
      return {
        skillSet,
        tier,
        element,
        realm,
        cooccurrenceCount: sessions.length,
        distinctUsers: distinct(all, ({ userId }) => userId),
        avgSuccessRate: Math.round((1000 * outcomes(all, 'success')) / all.length) / 1000,
        firstObserved: firstUse,
        lastObserved: lastUse,
      }
    })
}

export function recountGroups(
  events: readonly LoggedEvent[],
  key: (event: LoggedEvent) => string | null,
): Map<string | null, Partial<GroupStats>> {
  return new Map(
    [...grouped(events, key)].map(([value, own]) => [
      value,
      {
        uses: own.length,
        success: outcomes(own, 'success'),
        softFail: outcomes(own, 'soft_fail'),
        hardRefusal: outcomes(own, 'hard_refusal'),
      },
    ]),
  )
}

export function recountFunnel(
  events: readonly LoggedEvent[],
  feedback: readonly LoggedFeedback[],
): Map<string, Omit<FunnelStage, 'unlocked' | 'skillId'>> {
  return new Map(
    [...grouped(events, ({ skillId }) => skillId)].map(([skillId, own]) => [
      skillId,
      {
        used: distinct(own, ({ userId }) => userId),
        succeeded: distinct(
          own.filter(({ outcome }) => outcome === 'success'),
          ({ userId }) => userId,
        ),
        rated: distinct(
          feedback.filter((entry) => entry.skillId === skillId && entry.rating !== null),
          ({ userId }) => userId,
        ),
      },
    ]),
  )
}

/** By the day in a time zone. */
export function recountDays(events: readonly LoggedEvent[], timeZone: string): Map<string, number> {
  return new Map(
    [...grouped(events, ({ at }) => new Date(at).toLocaleDateString('sv-SE', { timeZone }))].map(([day, own]) => [day, own.length]),
  )
}

/** From Monday 0:00 in a time zone. */
export function recountHoursOfWeek(events: readonly LoggedEvent[], timeZone: string): number[] {
  const hours = Array.from({ length: 168 }, () => 0)
  for (const { at } of events) {
    const time = new Date(`${new Date(at).toLocaleString('sv-SE', { timeZone }).replace(' ', 'T')}Z`)
    const hour = ((time.getUTCDay() + 6) % 7) * 24 + time.getUTCHours()
    hours[hour] = (hours[hour] ?? 0) + 1
  }
  return hours
}

/** The two values of a sorted list between which a percentile is. */
export function recountPercentile(values: readonly number[], share: number): [number, number] {
  const rank = share * (values.length - 1)
  return [values[Math.floor(rank)] ?? 0, values[Math.ceil(rank)] ?? 0]
}

export function recountRates(events: readonly LoggedEvent[]): Map<string, { uses: number; success: number; own: LoggedEvent[] }> {
  return new Map(
    [...grouped(events, ({ skillId }) => skillId)].map(([skill, own]) => [
      skill,
      { uses: own.length, success: outcomes(own, 'success'), own },
    ]),
  )
}

/** The actions of a user as sorted texts. */
export function recountActions(events: readonly LoggedEvent[], feedback: readonly LoggedFeedback[]): string[] {
  return [
    ...events.map(({ at, skillId }) => `${new Date(at).toISOString()} use ${skillId}`),
    ...feedback.map(({ at, skillId }) => `${new Date(at).toISOString()} feedback ${skillId}`),
  ].toSorted()
}

export function tierOf({ state, tier }: LoggedEvent): string | null {
  return state.tier ?? tier
}

export function grouped<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return groups
}

function outcomes(events: readonly LoggedEvent[], outcome: string): number {
  return events.filter((event) => event.outcome === outcome).length
}

function distinct<T>(items: readonly T[], key: (item: T) => unknown): number {
  return new Set(items.map(key)).size
}

function times(events: readonly LoggedEvent[]): { firstUse: string; lastUse: string } {
  const all = events.map(({ at }) => at)
  return { firstUse: new Date(Math.min(...all)).toISOString(), lastUse: new Date(Math.max(...all)).toISOString() }
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length
}

function bytewise(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
