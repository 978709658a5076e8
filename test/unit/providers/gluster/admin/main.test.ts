import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import packageFile from '../../../../../package.json' with { type: 'json' };
import { type Ended, scratchDirectory, startNode } from '../../../help.ts';

const isRoot = process.getuid?.() === 0;

function gnt(...args: readonly string[]): Promise<Ended> {
  return startNode(['providers/gluster/gnt-gluster.ts', ...args]).ended;
}

describe('help and version', () => {
  test.each([
    [['--help'], 0, /^usage: gnt-gluster COMMAND/],
    [['-h'], 0, /^usage: gnt-gluster COMMAND/],
    [['help'], 0, /^usage: gnt-gluster COMMAND/],
    [[], 2, /^usage: gnt-gluster COMMAND/],
    [['image', '--help'], 0, /image list(.|\n)*image info/],
    [['image', 'info', '--help'], 0, /^usage: gnt-gluster image info NAME/],
    [['help', 'image', 'info'], 0, /^usage: gnt-gluster image info NAME/],
    [['image', 'list', '--help', '--help'], 0, /^usage: gnt-gluster image list/],
    [['image', '--help', 'list'], 0, /^usage: gnt-gluster image list/],
    [['--json', '-h', 'image', 'list'], 0, /^usage: gnt-gluster image list/],
    [['image', 'list', '--version'], 0, /^gnt-gluster /],
    [['--version'], 0, new RegExp(`^gnt-gluster ${packageFile.version.replaceAll('.', '\\.')}\n$`)],
  ])('%j', async (args, exitCode, said) => {
    expect(await gnt(...args)).toMatchObject({ exitCode, stdout: expect.stringMatching(said), stderr: '' });
  });
});

describe('wrong arguments', () => {
  test.each([
    [['imag', 'list'], /unknown command "imag list"; did you mean image list\?/],
    [['image', 'lst'], /unknown command "image lst"; did you mean image list\?.*image list, image info[,)]/],
    [['image'], /unknown command "image"/],
    [['pool', 'brick'], /unknown command "pool brick"/],
    [['pool', 'brick', 'strt', 'a:/b'], /unknown command "pool brick strt"; did you mean pool brick start\?/],
    [['pool', 'brick', 'start'], /pool brick start takes BRICK/],
    [['image', 'info'], /image info takes NAME/],
    [['image', 'info', 'a', 'b'], /image info takes NAME/],
    [['image', 'list', 'a'], /image list takes no operands/],
    [['config', 'check', 'a', 'b'], /config check takes \[FILE\]/],
    [['image', 'list', '--pol', 'x'], /unknown option "--pol"; did you mean --pool\?/],
    [['image', 'list', '--pool'], /--pool takes one value/],
    [['image', 'list', '--pool='], /--pool takes one value/],
    [['image', 'list', '--pool', 'a', '--pool', 'b'], /--pool takes one value/],
    [['mount', 'status', '--pool', 'a'], /unknown option "--pool"/],
    [['image', 'list', '--dry-run'], /unknown option "--dry-run"/],
    [['lease', 'break'], /lease break takes IMAGE/],
    [['lease', 'break', 'x', '--node'], /--node takes one value/],
    [['image', 'list', '-x'], /unknown option/],
    [
      ['image', 'list', '-o', 'name,sise', '--units', 'k'],
      /unknown field "sise" \(known: name, (.|\n)*--units takes one/,
    ],
    [['lease', 'list', '--output=+x,y'], /unknown fields "x", "y" \(known: image, pool, /],
    [['trash', 'list', '-o'], /--output takes one value/],
    [['mount', 'status', '--separator='], /--separator takes one value/],
    [['image', 'info', 'x', '-o', 'name'], /unknown option "-o"/],
    [['-x', 'image', 'list'], /unknown option "-x"/],
    [['--pool', 'a', 'image', 'list'], /--pool stands before the command that it belongs to/],
    [['image', '--pool=a', 'list'], /--pool stands before the command that it belongs to/],
    [['image', 'list', '--pool', '--json'], /--pool takes one value/],
    [['image', 'adopt', 'a', 'b', '--dry-run=no'], /--dry-run takes no value/],
    [['image', 'list', '--strict'], /unknown option "--strict"/],
    [['sanity'], /no DIR is given/],
    [['sanity', 'a', 'b'], /sanity takes \[DIR\]/],
    [['sanity', '/', '--only', 'creat/size'], /creat\/size: did you mean create\/size\?/],
    [['sanity', '/', '--only='], /--only takes a value/],
    [['sanity', '/', '--size', '3', '--time-limit', '0'], /--size takes .*from 4(.|\n)*--time-limit takes .*from 1/],
    [['sanity', '/', '--parameter', 'x', '--parameter', 'y=1'], /--parameter takes NAME=VALUE, not "x"\n/],
    [['sanity', '/', '--caller', 'me'], /--caller takes direct, ganeti or both, not "me"/],
    [['image', 'list', '--no-json'], /unknown option "--no-json"/],
    [['image', 'list', '--a.b=c'], /unknown option "--a\.b"/],
    [['config', 'check', '/dev/null', '--constructor=x'], /unknown option "--constructor"/],
    [['config', 'check', '/dev/null', '--toString=x'], /unknown option "--toString"/],
  ])('%j', async (args, said) => {
    const ended = await gnt(...args);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(said) });
    expect(ended.stderr).toMatch(/\nhint: .*--(help|list)\n$/);
  });
});

describe.runIf(isRoot)('values', () => {
  test.each(['../x', '.work', '', 'a/b'])('no image is called %j', async (name) => {
    expect(await gnt('image', 'info', name)).toMatchObject({ exitCode: 3, stdout: '' });
    expect(await gnt('lease', 'break', name)).toMatchObject({ exitCode: 3, stdout: '' });
  });

  test.each([
    ['absent.toml', 4, /there is no file/],
    ['broken.toml', 3, /broken\.toml is not a valid configuration\n {2}- /],
    ['directory.toml', 3, /directory\.toml/],
  ])('config check %s', async (name, exitCode, said) => {
    const directory = scratchDirectory();
    writeFileSync(`${directory}/broken.toml`, '[pool.a]\nserver = 1\n');
    mkdirSync(`${directory}/directory.toml`);
    const ended = await gnt('config', 'check', `${directory}/${name}`);
    expect(ended).toMatchObject({ exitCode, stdout: '', stderr: expect.stringMatching(said) });
  });

  test('config check tells of servers that do not answer, and of that only', async () => {
    const file = `${scratchDirectory()}/x.toml`;
    writeFileSync(file, '[pool.a]\nservers = ["no-such-host.invalid"]\nvolumes = ["v", "w"]\n');
    const ended = await gnt('config', 'check', file, '--json');
    expect(ended).toMatchObject({ exitCode: 1, stderr: '' });
    const volume = { pool: 'a', directory: 'images', servers: ['no-such-host.invalid:24007'], answers: null };
    const [v, w] = ['v', 'w'].map((name) => ({
      ...volume,
      outOfReach: false,
      volume: name,
      problem: 'no server answers',
    }));
    expect(JSON.parse(ended.stdout)).toEqual({ file, defaultPool: 'a', volumes: [v, w] });
    expect((await gnt('config', 'check', file)).stdout).toMatch(
      /a \(default\) +v +no-such-host\.invalid:24007 +- +no server/,
    );
  });
});
