import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import type { SetCommandReport } from '../../run/set-command.ts'
import { setCommand } from '../../run/set-command.ts'
import { spec } from './spec.ts'

export type Report = SetCommandReport

export const execute: Executor = executor(spec, (context, flags, [ids]) => setCommand(context, flags, ids, { enabled: false }))
