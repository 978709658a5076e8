import { checkRules, type Finding } from '#src/sanity/check.ts';
import type { ProviderDirectory } from '#src/sanity/provider-directory.ts';
import type { CallerName } from '#src/sanity/rule.ts';
import { selectRules } from '#src/sanity/select.ts';

export interface Wanted {
  readonly only: readonly string[];
  readonly callers?: readonly CallerName[];
  readonly seconds?: number | undefined;
}

/** What the suite finds of a provider, with the group `hostile`. */
export async function check(
  provider: ProviderDirectory,
  { only, callers = ['direct'], seconds = 120 }: Wanted,
): Promise<readonly Finding[]> {
  const { signal } = new AbortController();
  const settings = { provider, callers, size: 8, timeLimit: seconds * 1000, hostile: true, signal };
  return await checkRules(await selectRules(only), settings, () => undefined);
}
