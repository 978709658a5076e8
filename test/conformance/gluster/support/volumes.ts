/** The volumes of the node. The provider uses `main` when it has no configuration file. */
export const volumes = { main: 'ganeti', second: 'second', small: 'small', smallMebibytes: 300 } as const;

/** Where the tests' own client has every volume mounted. */
export const mountRoot = '/srv/conformance';
