export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './start-embedded-postgres.js';
export { DataFolderInUse, EmbeddedPostgresFailure } from './errors.js';
export { removeDataFolder } from './remove-data-folder.js';
