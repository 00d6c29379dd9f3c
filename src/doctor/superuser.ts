import type { DbInfo } from '../db/db.ts'
import { finding, type Finding } from './report.ts'

/** A superuser runs what the owners of the schema add to it, with the privileges of a superuser. `roles` are the owners who are not superusers. */
export function examineSuperuser(
  { user, schema }: DbInfo,
  { roles, code }: { roles: readonly string[]; code: readonly { kind: string; name: string; owner: string }[] },
): Finding[] {
  if (roles.length === 0) return []
  const owners = roles.join(', ')
  const next = `connect as ${owners}: other commands refuse a superuser when a trigger, default, view or function is changed`
  return [
    code.length === 0
      ? finding('warning', 'rights.superuser', `${user} is a superuser, and ${owners} can add code to the schema ${schema}`, next)
      : finding(
          'error',
          'rights.superuser',
          `${user} is a superuser, and would run the code of another role: ${code.map(({ kind, name, owner }) => `${kind} ${name} of the role ${owner}`).join(', ')}`,
          `connect as ${owners}; skills verify shows the differences`,
        ),
  ]
}
