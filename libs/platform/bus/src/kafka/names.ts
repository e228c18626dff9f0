/** A deployment's names on a cluster that it may share: topics and groups carry its namespace there, and nowhere else. */
export class Names {
  readonly #prefix: string;

  constructor(namespace: string) {
    this.#prefix = namespace === '' ? '' : `${namespace}.`;
  }

  onCluster(name: string): string {
    return this.#prefix + name;
  }

  ours(name: string): string {
    return name.slice(this.#prefix.length);
  }
}
