import { main } from './main.ts'

// the commands are loaded when one runs
main(async (argv) => (await import('./run/any-command.ts')).runAnyCommand(argv))
