const only = (name, from, forbidden) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: forbidden },
});

/** The house's arrows: apps → runtime → sync → contract → domain. */
export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: '^packages/domain/src', pathNot: '\\.(test|bench)\\.ts$' },
      to: { pathNot: '^packages/domain/src' },
    },
    only('contract-knows-only-domain', '^packages/contract/', '^(packages/(sync|runtime)|apps)/'),
    only('sync-knows-only-contract-and-domain', '^packages/sync/', '^(packages/runtime|apps)/'),
    {
      name: 'sync-has-no-io',
      severity: 'error',
      from: { path: '^packages/sync/src', pathNot: '\\.(test|bench)\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    only('runtime-knows-no-app', '^packages/runtime/', '^apps/'),
    only('kiosk-knows-no-other-app', '^apps/kiosk/', '^apps/(head-office|cli|lab)/'),
    only('head-office-knows-no-other-app', '^apps/head-office/', '^apps/(kiosk|cli|lab)/'),
    only(
      'lab-uses-public-faces-only',
      '^apps/lab/',
      '^(apps/(kiosk|head-office|cli)|packages/runtime)/',
    ),
    {
      name: 'ui-takes-types-and-pure-functions-only',
      severity: 'error',
      from: { path: '^apps/[^/]+/ui/' },
      to: {
        path: '^(packages/(sync|runtime)|apps/[^/]+/(server|ingest|catalogue|fleet|api|store))/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(/dist/|\\.stryker-tmp|coverage)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
    },
  },
};
