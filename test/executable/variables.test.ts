import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attachedHere, built, expectedReply, imageName, startServer } from './support.ts';

let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

/** Everything in /mnt/hostile would leave a trace if it was loaded, and nothing there may be opened at all. */
const prepare = `
mkdir -p /mnt/hostile/node_modules/execa
echo 'require("node:fs").writeFileSync("/mnt/hostile/loaded", "")' |
  tee /mnt/hostile/code.cjs /mnt/hostile/code.mjs >/mnt/hostile/node_modules/execa/index.js
printf 'openssl_conf = all\\n[all]\\nengines = engines\\n[engines]\\nx = engine\\n[engine]\\ndynamic_path = /mnt/hostile/x.so\\n' \\
  >/mnt/hostile/openssl.cnf
find /mnt/hostile >/mnt/before
`;

const variables: Readonly<Record<string, string>> = {
  NODE_OPTIONS: '--require /mnt/hostile/code.cjs',
  NODE_REPL_EXTERNAL_MODULE: '/mnt/hostile/code.cjs',
  NODE_PATH: '/mnt/hostile/node_modules',
  NODE_EXTRA_CA_CERTS: '/mnt/hostile/ca.pem',
  NODE_PENDING_DEPRECATION: '1',
  NODE_V8_COVERAGE: '/mnt/hostile/coverage',
  NODE_COMPILE_CACHE: '/mnt/hostile/cache',
  NODE_REDIRECT_WARNINGS: '/mnt/hostile/warnings',
  NODE_ICU_DATA: '/mnt/hostile',
  NODE_CHANNEL_FD: '99',
  NODE_UNIQUE_ID: '1',
  NODE_TEST_CONTEXT: 'child-v8',
  NODE_USE_SYSTEM_CA: '1',
  NODE_USE_ENV_PROXY: '1',
  NODE_ENV: 'production',
  WATCH_REPORT_DEPENDENCIES: '1',
  OPENSSL_CONF: '/mnt/hostile/openssl.cnf',
  OPENSSL_MODULES: '/mnt/hostile',
  SSL_CERT_FILE: '/mnt/hostile/ca.pem',
  SSL_CERT_DIR: '/mnt/hostile',
  TMPDIR: '/mnt/hostile',
  HOME: '/mnt/hostile',
  UV_THREADPOOL_SIZE: '-1',
};

describe('attach works, and opens nothing it is told to, with', () => {
  test.each(Object.entries(variables))('%s=%s', async (name, value) => {
    const script = `${prepare}
      strace -f -qq -e trace=%file -o /mnt/trace env -i "$1" VOL_NAME=${imageName} ${built}/attach
      find /mnt/hostile | diff /mnt/before - >&2
      grep /mnt/hostile /mnt/trace | grep -v 'execve(' | grep -v ' = -1 ENOENT ' >&2 || true`;
    const { exitCode, stdout, stderr } = await attachedHere(server.port, script, `${name}=${value}`);
    expect(stderr).toBe('');
    expect(stdout).toMatch(expectedReply(server.port));
    expect(exitCode).toBe(0);
  });

  test('NODE_DEBUG, which only makes Node talk on standard error', async () => {
    const script = `env -i NODE_DEBUG=net,timer,fs NODE_DEBUG_NATIVE=1 VOL_NAME=${imageName} ${built}/attach`;
    const { exitCode, stdout } = await attachedHere(server.port, script);
    expect(stdout).toMatch(expectedReply(server.port));
    expect(exitCode).toBe(0);
  });

  test('an option of Node among its arguments', async () => {
    const script = `env -i VOL_NAME=${imageName} ${built}/attach --require=/mnt/hostile/code.cjs`;
    const { exitCode, stdout, stderr } = await attachedHere(server.port, `${prepare}${script}`);
    expect(stdout).toBe('');
    expect(stderr).toContain('unexpected argument');
    expect(exitCode).toBe(2);
  });
});

test('a faulty /etc/ssl/openssl.cnf is no obstacle', async () => {
  const script = `echo '[' >/mnt/cnf; mount --bind /mnt/cnf /etc/ssl/openssl.cnf; env -i VOL_NAME=${imageName} ${built}/attach`;
  const { stdout, stderr } = await attachedHere(server.port, script);
  expect(stderr).toBe('');
  expect(stdout).toMatch(expectedReply(server.port));
});
