/**
 * An expression of JavaScript: the peak of the resident memory of the process that evaluates it, in KiB. Linux passes `maxRSS` of a
 * process on to those that it starts, so the peak of the new image is read where there is one.
 */
export const PEAK_KIB = String.raw`Number(process.platform === 'linux'
  ? /VmHWM:\s+(\d+)/.exec(process.getBuiltinModule('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]
  : process.resourceUsage().maxRSS)`

/** A module for `node --require` that writes this peak to the file PEAK when the process ends. */
export const PEAK_HOOK = `process.on('exit', () => require('node:fs').writeFileSync(process.env.PEAK, String(${PEAK_KIB})))`
