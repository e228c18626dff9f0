export default async function tearDown() {
  await globalThis.__TESSERA_CLUSTER__?.remove();
}
