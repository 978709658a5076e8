import { commandPage } from './command-page.ts';
import { providerPage } from './provider-page.ts';

/** The manual pages by the names of their files. */
export function manualPages(date: Date): Readonly<Record<string, string>> {
  return { 'ganeti-extstorage-gluster.7': providerPage(date), 'gnt-gluster.8': commandPage(date) };
}
