declare const PACKAGE_VERSION: string | undefined

/** The version of this package, which the build puts in; the sources alone have none. */
export const VERSION: string =
  typeof PACKAGE_VERSION === 'undefined' ? '0.0.0-sources' : PACKAGE_VERSION
