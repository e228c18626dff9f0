import { existsSync, realpathSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { locateBinaries } from './binaries.js';
import { clusterLink } from './cluster.js';
import { lockDataFolder } from './data-folder-lock.js';
import { stopOrphan } from './orphan.js';
import { chooseRunAs } from './run-as.js';

/**
 * Removes a data folder, the cluster it may have elsewhere, and the server that a killed process may have left running
 * in it. Rejects with DataFolderInUse while a living process uses it.
 */
export async function removeDataFolder(dataDir: string): Promise<void> {
  const folder = resolve(dataDir);
  if (!existsSync(folder)) return;

  const lock = lockDataFolder(folder);
  try {
    const link = clusterLink(folder);
    if (existsSync(link)) {
      const cluster = realpathSync(link);
      const runAs = chooseRunAs(cluster);
      await stopOrphan(cluster, locateBinaries(runAs), runAs);
      rmSync(cluster, { recursive: true, force: true });
    }
    rmSync(folder, { recursive: true, force: true });
  } finally {
    lock.release();
  }
}
