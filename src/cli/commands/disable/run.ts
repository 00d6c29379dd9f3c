import { executor } from '../../run/run-command.ts'
import { setCommand, type SetCommandReport } from '../../run/set-command.ts'
import { spec } from './spec.ts'

export type Report = SetCommandReport

export const execute = executor(spec, (context, flags, [ids]) => setCommand(context, flags, ids, { enabled: false }))
