/**
 * A module for `node --require` that writes the peak of the resident memory of its process, in KiB, to the file PEAK. Linux passes
 * `maxRSS` of the process that starts another one on to it, so the peak of the new image is read where there is one.
 */
export const PEAK_HOOK = `
const { readFileSync, writeFileSync } = require('node:fs')
process.on('exit', () => {
  const peak = process.platform === 'linux' ? /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1] : process.resourceUsage().maxRSS
  writeFileSync(process.env.PEAK, String(peak))
})
`
