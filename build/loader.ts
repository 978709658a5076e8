/**
 * The first code that runs in the executable. The parts of the program and each library are assets of it, with V8's
 * code cache beside them: what a verb does not need is neither read nor compiled.
 */
import { getRawAsset } from 'node:sea';
import { Script } from 'node:vm';

declare const require: unknown;

interface Module {
  exports: unknown;
}
type Wrapper = (require: unknown, module: Module, loadLibrary: (name: string) => unknown) => void;

function load(name: string): unknown {
  // esbuild writes ASCII only: one byte a character, which V8 takes as it is.
  const source = Buffer.from(getRawAsset(name)).toString('latin1');
  const cachedData = Buffer.from(getRawAsset(`${name}.cache`));
  const script = new Script(source, { filename: `${name}.cjs`, ...(cachedData.length === 0 ? {} : { cachedData }) });
  const module: Module = { exports: {} };
  const wrapper: Wrapper = script.runInThisContext();
  wrapper(require, module, load);
  return module.exports;
}

load('main');
