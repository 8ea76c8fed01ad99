import { execFileSync } from 'node:child_process'

/** Stories run the built binary, so what is built is brought up to date first (incremental: nothing to do costs half a second). */
export default function buildOnce(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'inherit', 'inherit'] })
}
