import type { VerbName } from '#src/verbs.ts';

export type Variables = Readonly<Record<string, string>>;

/** One call of a verb. */
export interface Call {
  readonly verb: VerbName;
  readonly variables: Variables;
}

/** A verb with work to do, and how the node gets to where that is so. */
export interface Scenario {
  readonly name: string;
  readonly prepare: readonly Call[];
  readonly call: Call;
  /** Somebody else's file is on the volume: `foreignFile`. */
  readonly foreign?: boolean;
  /** Nothing else keeps the volume mounted. */
  readonly unmounted?: boolean;
  /** The verb itself gives the image it makes data. */
  readonly data?: boolean;
}

export const image = 'fault.ext.disk0';
/** An image with data that is always there. */
export const anchor = 'anchor.ext.disk0';
export const foreignFile = 'foreign';
const snapshot = `${image}.snap`;
const uuid = '0f0e6c2a-6d5b-4b5e-8f55-000000000001';

const identity: Variables = { VOL_NAME: image, VOL_UUID: uuid };
const call = (verb: VerbName, variables: Variables = {}): Call => ({ verb, variables: { ...identity, ...variables } });

const create = call('create', { VOL_SIZE: '8' });
const attach = call('attach');
const open = call('open', { VOL_OPEN_EXCLUSIVE: 'True' });
const takeSnapshot: Call = {
  verb: 'snapshot',
  variables: { VOL_NAME: image, VOL_SNAPSHOT_NAME: snapshot, VOL_SNAPSHOT_SIZE: '8' },
};

/** Every verb in every state from which it goes another way. */
export const scenarios: readonly Scenario[] = [
  { name: 'create', prepare: [], call: create },
  { name: 'create, nothing mounted', prepare: [], call: create, unmounted: true },
  {
    name: 'create, falloc',
    prepare: [],
    call: call('create', { VOL_SIZE: '8', EXTP_PREALLOCATION: 'falloc' }),
  },
  { name: 'create, full', prepare: [], call: call('create', { VOL_SIZE: '8', EXTP_PREALLOCATION: 'full' }) },
  { name: 'create, clone', prepare: [], call: call('create', { VOL_SIZE: '8', EXTP_CLONE: anchor }), data: true },
  {
    name: 'create, link',
    prepare: [],
    call: call('create', { VOL_SIZE: '8', EXTP_LINK: foreignFile }),
    foreign: true,
    data: true,
  },
  { name: 'attach', prepare: [create], call: attach },
  { name: 'attach, nothing mounted', prepare: [create], call: attach, unmounted: true },
  { name: 'detach', prepare: [create, attach], call: call('detach') },
  { name: 'detach, open, last on its volume', prepare: [create, attach, open], call: call('detach'), unmounted: true },
  { name: 'remove', prepare: [create], call: call('remove') },
  { name: 'remove, open', prepare: [create, open], call: call('remove') },
  { name: 'remove, nothing mounted', prepare: [create], call: call('remove'), unmounted: true },
  { name: 'grow', prepare: [create], call: call('grow', { VOL_SIZE: '8', VOL_NEW_SIZE: '9' }) },
  { name: 'grow, attached', prepare: [create, attach], call: call('grow', { VOL_SIZE: '8', VOL_NEW_SIZE: '9' }) },
  { name: 'setinfo', prepare: [create], call: call('setinfo', { VOL_METADATA: 'originstname+inst1' }) },
  { name: 'snapshot', prepare: [create], call: takeSnapshot },
  { name: 'open', prepare: [create, attach], call: open },
  { name: 'open, shared', prepare: [create, attach, open], call: call('open', { VOL_OPEN_EXCLUSIVE: 'False' }) },
  { name: 'close', prepare: [create, attach, open], call: call('close') },
  { name: 'verify', prepare: [create], call: call('verify') },
];

/** What takes all of it away again. */
export const cleanUp: readonly Call[] = [call('detach'), call('remove')];
export const removeSnapshot: Call = { verb: 'remove', variables: { VOL_NAME: snapshot } };
