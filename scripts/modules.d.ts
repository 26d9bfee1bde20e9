/** Types of packages that have none: workerd is CommonJS, whose `default` export is the path of the binary. */
declare module 'workerd' {
  const workerd: { readonly default: string; readonly version: string };
  export default workerd;
}
