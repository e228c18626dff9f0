export * from '@tessera/platform-testing';
