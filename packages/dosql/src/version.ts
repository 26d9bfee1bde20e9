/** Version of this package, as in its package.json (a test holds them equal). */
export const VERSION: string = '0.1.0';
