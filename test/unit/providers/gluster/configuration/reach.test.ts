import { describe, expect, test } from 'vitest';
import { faultsAt, refusalAt, requireReach } from '#gluster/configuration/reach.ts';
import type { GroupPlace } from '#gluster/ganeti/node-groups.ts';
import { failureOf } from '../../../help.ts';

const groups = ['default', 'other', 'rack 1'].map((name) => ({ id: `id of ${name}`, name }));
const at = (name?: string): GroupPlace => ({
  node: 'node3.lab',
  group: groups.find((group) => group.name === name),
  groups,
});
const pool = (...nodeGroups: readonly string[]) => ({ name: 'fast', nodeGroups });
const reconcile = 'on the master node: gnt-gluster pool reconcile';

describe('new images of a pool', () => {
  test('are made anywhere unless it names groups', () => {
    expect(refusalAt(at(), pool())).toBeUndefined();
    expect(refusalAt(at('other'), pool())).toBeUndefined();
  });

  test('are made in its groups', () => {
    expect(refusalAt(at('other'), pool('other'))).toBeUndefined();
    expect(refusalAt(at('other'), pool('rack 1', 'other'))).toBeUndefined();
  });

  test('are refused in other groups', () => {
    expect(refusalAt(at('other'), pool('default'))).toMatchObject({
      kind: 'unsupported',
      message: 'pool fast is for nodes of group "default", and node3.lab is in group "other"',
      details: { problems: [], hint: expect.stringContaining('gnt-node list') },
    });
    expect(refusalAt(at('other'), pool('default', 'Other'))).toMatchObject({
      message: 'pool fast is for nodes of groups "default" and "Other", and node3.lab is in group "other"',
      details: { problems: ['there is no node group "Other"'] },
    });
  });

  test('are refused where the group is not known', () => {
    expect(refusalAt(at(), pool('default'))).toMatchObject({
      kind: 'environment',
      message: 'pool fast is for nodes of group "default", and the group of node3.lab is not known here',
      details: { hint: reconcile },
    });
  });

  test('are refused on a machine that is in no cluster', async () => {
    expect(() => requireReach(pool())).not.toThrow();
    expect(await failureOf(() => requireReach(pool('default')))).toMatchObject({ kind: 'environment' });
  });
});

describe('what is wrong with the groups of pools', () => {
  test('is nothing where all names mean a group, wherever the node is', async () => {
    expect(await faultsAt(at('other'), [pool('default', 'rack 1'), pool()])).toEqual([]);
  });

  test('is told with the name that may be meant', async () => {
    const [fault, ...others] = await faultsAt(at('other'), [pool('default', 'rack1', 'Other')]);
    expect(others).toEqual([]);
    expect(fault?.message).toBe('node_groups of pool fast names a group that the cluster does not have');
    expect(fault?.details.problems).toEqual([
      expect.stringContaining('unknown node group "rack1"; did you mean rack 1?'),
      expect.stringContaining('unknown node group "Other"; did you mean other?'),
    ]);
  });

  test('is also a group of this node that is not known', async () => {
    const faults = await faultsAt(at(), [pool('default'), pool('x')]);
    expect(faults.map(({ kind }) => kind)).toEqual(['environment', 'invalid', 'environment']);
    expect(await faultsAt({ ...at(), groups: [] }, [pool('x')])).toMatchObject([{ details: { hint: reconcile } }]);
  });
});
