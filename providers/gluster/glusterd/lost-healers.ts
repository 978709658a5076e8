/** After so many starts a daemon that still does not run is one that no start can help. */
const vainStarts = 2;

/** Which self-heal daemons do not run although they were started, by the UUIDs of their peers. */
export class LostHealers {
  private readonly vain = new Map<string, number>();
  private readonly ended = new Set<string>();

  /** Those that did not run at the last look: what was started in vain, and runs now, was not lost. */
  see(idle: readonly string[]): void {
    for (const peer of this.vain.keys()) if (!idle.includes(peer)) this.vain.delete(peer);
  }

  /** They were started. */
  start(idle: readonly string[]): void {
    for (const peer of idle) this.vain.set(peer, (this.vain.get(peer) ?? 0) + 1);
  }

  /** Those of them that are to be ended, each once. */
  take(idle: readonly string[]): readonly string[] {
    const lost = idle.filter((peer) => (this.vain.get(peer) ?? 0) >= vainStarts && !this.ended.has(peer));
    for (const peer of lost) this.ended.add(peer);
    return lost;
  }

  /** Whether one of them was not ended yet. */
  areLeft(idle: readonly string[]): boolean {
    return idle.some((peer) => !this.ended.has(peer));
  }
}
