import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@tessera/platform-service';
import { type Standalone, startStandalone } from '@tessera/standalone';
import { load } from 'js-yaml';
import { read, ROOT } from './compose.features.js';
import { metricsIn, namedIn } from './promql.features.js';

type Rule = Readonly<{ alert: string; expr: string; annotations: Readonly<Record<string, string>> }>;
type Target = Readonly<{ expr: string; legendFormat: string }>;
type Panel = Readonly<{ id: number; title: string; targets?: readonly Target[] }>;
type Board = Readonly<{ panels: readonly Panel[]; templating: Readonly<{ list: readonly { definition?: string }[] }> }>;

const rules = (load(read('deploy/prometheus/tessera.rules.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const board = JSON.parse(read('deploy/grafana/tessera.json')) as Board;
const panels = board.panels.filter(({ targets }) => targets);

/** Of Prometheus itself, put there when it scrapes. */
const PROMETHEUS_METRICS = ['up'];
const PROMETHEUS_LABELS = ['job', 'instance'];

describe('what is looked at in a running system', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tessera-monitoring-'));
  let standalone: Standalone;
  let live: ReturnType<typeof metricsIn>;

  const scrape = async (): Promise<void> => {
    live = metricsIn(await (await fetch(`${standalone.url}/metrics`)).text());
  };
  const missing = (expression: string): string[] =>
    namedIn(expression)
      .filter(({ metric }) => !PROMETHEUS_METRICS.includes(metric))
      .flatMap(({ metric, labels }) => {
        const there = live.get(metric);
        if (!there) return [metric];
        return labels
          .filter((label) => !PROMETHEUS_LABELS.includes(label) && !there.has(label))
          .map((label) => `${metric}{${label}}`);
      });

  beforeAll(async () => {
    standalone = await startStandalone({
      dataDir,
      host: '127.0.0.1',
      port: 0,
      logger: createLogger({ level: 'silent' }),
    });
    // One purchase of somebody unknown: it is handled, and waits.
    const purchase = {
      purchaseId: 'p1',
      memberId: 'guest',
      purchasedAt: new Date().toISOString(),
      currency: 'EUR',
      totalMinor: 100,
    };
    await fetch(`${standalone.url}/collector/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${standalone.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'purchase.created', data: purchase }),
    });
    for (let turn = 0; turn < 200; turn += 1) {
      await scrape();
      if (live.has('tessera_parked_age_seconds') && live.has('tessera_ledger_books_broken')) return;
      await sleep(100);
    }
    throw new Error('nothing was parked, or the books were not checked');
  }, 120_000);
  afterAll(async () => {
    await standalone?.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  it.each(rules.map((rule) => [rule.alert, rule] as const))('has what %s is about', (_alert, { expr }) => {
    expect(missing(expr)).toEqual([]);
  });

  it.each(panels.map((panel) => [panel.title, panel] as const))('has what the board shows: %s', (_title, panel) => {
    expect((panel.targets ?? []).flatMap(({ expr }) => missing(expr))).toEqual([]);
  });

  it('has the services that the board lets choose from', () => {
    const asked = board.templating.list.flatMap(({ definition }) => definition ?? []);
    const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(asked.join()) ?? [];
    expect(live.get(metric)).toContain(label);
  });

  it('would miss what is not there', () => {
    expect(missing('sum by (service, nobody) (rate(tessera_events_total{what="x"}[5m])) / no_such_metric')).toEqual([
      'tessera_events_total{nobody}',
      'tessera_events_total{what}',
      'no_such_metric',
    ]);
    expect(() => missing('sum by (service (tessera_events_total)')).toThrow('no PromQL');
  });
});

describe('the board', () => {
  it('names each series by labels that the series has', () => {
    for (const { title, targets = [] } of panels) {
      for (const { expr, legendFormat } of targets) {
        const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
        const kept = [
          ...(/^(?:histogram_quantile\([\d.]+, )?\w+ by \(([^)]*)\)/.exec(expr)?.[1] ?? '').split(', '),
          'instance',
        ];
        expect({ title, missing: labels.filter((label) => !kept.includes(label ?? '')) }).toEqual({
          title,
          missing: [],
        });
      }
    }
  });

  it('has each panel once', () => {
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
  });
});

describe('the alerts', () => {
  const guide = read('docs/guide/alerts.md');

  it.each(rules.map(({ alert, annotations }) => [alert, annotations] as const))(
    'lead to what to do about %s',
    (alert, annotations) => {
      expect(annotations['runbook']).toBe(`docs/guide/alerts.md#${alert.toLowerCase()}`);
      expect(guide).toMatch(new RegExp(`^### ${alert}$`, 'm'));
    },
  );

  it('are all that the guide explains', () => {
    const explained = [...guide.matchAll(/^### (Tessera\w+)$/gm)].map(([, alert]) => alert);
    expect(explained.sort()).toEqual(rules.map(({ alert }) => alert).sort());
  });
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const suite = hasPromtool || process.env['CI'] === 'true' ? describe : describe.skip;

suite(`promtool, Prometheus' own${hasPromtool ? '' : ', NOT RUN: it is not installed here'}`, () => {
  const promtool = (...parameters: string[]): Readonly<{ status: number | null; said: string }> => {
    const { status, stdout, stderr } = spawnSync('promtool', parameters, {
      cwd: join(ROOT, 'deploy/prometheus'),
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  };

  it('takes the rules', () => {
    expect(promtool('check', 'rules', 'tessera.rules.yml')).toEqual({
      status: 0,
      said: expect.stringContaining(`${rules.length} rules found`),
    });
  });

  it('sees each alert fire when it should, and not before', () => {
    expect(promtool('test', 'rules', 'tessera.rules.test.yml')).toEqual({
      status: 0,
      said: expect.stringContaining('SUCCESS'),
    });
    const tested = [...read('deploy/prometheus/tessera.rules.test.yml').matchAll(/^ {2}- name: (\w+)$/gm)];
    expect(tested.map(([, alert]) => alert).sort()).toEqual(rules.map(({ alert }) => alert).sort());
  });
});
