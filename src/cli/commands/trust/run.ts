import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import type { SetCommandReport } from '../../run/set-command.ts'
import { setCommand } from '../../run/set-command.ts'
import { readTrustLevel } from '../../run/trust-level.ts'

export type Report = SetCommandReport

export const execute: Executor = executor('trust', async (context, flags, [id = '', level = '']) =>
  setCommand(context, flags, [id], { trustLevel: readTrustLevel(level, 'the level') }),
)
