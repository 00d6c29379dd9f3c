import type { PrintedObject } from '../../db/printed-object.ts'
import type { Pair } from './pairs.ts'
import type { Printed } from './recreate.ts'

/** ALTER TABLE for what differs in a table, apart from its columns and what belongs to it. Undefined: no statement can do it. */
export function tableChanges(_: Printed, want: PrintedObject, have: PrintedObject, { expected, actual }: Pair): string[] {
  const alter = `ALTER ${have.target}`
  return [
    ...persistence(expected?.raw ?? '', actual?.raw ?? '', alter),
    ...attachment(want, have),
    ...securityActions(expected?.raw ?? '', actual?.raw ?? '').map((action) => `${alter} ${action}`),
    ...replicaIdentity(want, have, alter),
  ]
}

function persistence(expected: string, actual: string, alter: string): string[] {
  const [wanted, found] = [expected, actual].map((text) => /\bunlogged\b/.test(text))
  return wanted === found ? [] : [`${alter} SET ${wanted === true ? 'UNLOGGED' : 'LOGGED'}`]
}

/** A partition that was detached, or has other bounds; a table that lost or changed its parents. */
function attachment(want: PrintedObject, have: PrintedObject): string[] {
  if (want.attach.join() === have.attach.join()) return []
  return [...have.attach.map(detached), ...want.attach]
}

function detached(attach: string): string {
  const partition = / ATTACH PARTITION ((?:"(?:[^"]|"")*"|[^\s"])+)/.exec(attach)
  if (partition === null) return attach.replace(' INHERIT ', ' NO INHERIT ')
  return `${attach.slice(0, partition.index).replace('ALTER TABLE ONLY ', 'ALTER TABLE ')} DETACH PARTITION ${partition[1]}`
}

function securityActions(expected: string, actual: string): string[] {
  const [wanted, found] = [expected, actual].map((text) => ({
    on: text.includes('row level security'),
    forced: / forced$|^forced$/.test(text),
  }))
  if (wanted === undefined || found === undefined) return []
  return [
    ...(wanted.on === found.on ? [] : [`${wanted.on ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`]),
    ...(wanted.forced === found.forced ? [] : [`${wanted.forced ? '' : 'NO '}FORCE ROW LEVEL SECURITY`]),
  ]
}

function replicaIdentity(want: PrintedObject, have: PrintedObject, alter: string): string[] {
  const [wanted, found] = [want, have].map(({ create }) => create.find((statement) => statement.includes(' REPLICA IDENTITY ')))
  return wanted === found ? [] : [wanted ?? `${alter} REPLICA IDENTITY DEFAULT`]
}
