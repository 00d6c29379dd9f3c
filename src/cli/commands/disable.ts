import type { Executor } from '../run-command.ts'
import { executor } from '../run-command.ts'
import type { SetCommandReport } from '../set-command.ts'
import { setCommand } from '../set-command.ts'

export type Report = SetCommandReport

export const execute: Executor = executor('disable', (context, flags, ids) => setCommand(context, flags, ids, { enabled: false }))
