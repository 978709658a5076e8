/**
 * A seed V8 gets along with quickly: at every start it looks for prime numbers to hash with, and with a random seed
 * that takes up to a fifth of the whole start, with this one almost nothing (measured with Node 24.21.0; with any other
 * it is as good as none). What it makes predictable, Math.random and the order of V8's hash tables, guards nothing
 * here: crypto does not use it.
 */
export const randomSeed = 28;

/** What Node is started with inside the executable. */
export const nodeArguments: readonly string[] = [
  `--random-seed=${randomSeed}`,
  // Threads for V8's compiler and garbage collector: a verb ends before more than one has anything to do.
  '--v8-pool-size=1',
  // OPENSSL_CONF could name libraries to load, and a mistake in /etc/ssl/openssl.cnf would end every verb.
  '--openssl-config=/dev/null',
];
