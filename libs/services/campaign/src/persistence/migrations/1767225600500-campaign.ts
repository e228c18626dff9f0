import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Campaigns, templates, what is known of members, the send ledger; and the campaign that every deployment starts with (domain.md section 9). */
export class Campaign1767225600500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(LEDGER);
    await runner.query(
      `INSERT INTO templates (template_id, version, subject, body_text, body_html, created_at)
       VALUES ('thank-you', 1, $1, $2, $3, date_trunc('milliseconds', clock_timestamp()))`,
      [THANK_YOU.subject, THANK_YOU.text, THANK_YOU.html],
    );
    await runner.query(`
      INSERT INTO campaigns (campaign_id, name, segment, template_id, channel, starts_at, state, created_at)
      SELECT 'thank-you', 'Thank big spenders', 'big-180', 'thank-you', 'email', now, 'running', now
        FROM date_trunc('milliseconds', clock_timestamp()) AS now
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE messages, stays, members, templates, campaigns');
    await runner.query('DROP FUNCTION announce_messages');
  }
}

const TABLES = `
  CREATE TABLE campaigns (
    campaign_id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    segment text NOT NULL,
    template_id text COLLATE "C" NOT NULL,
    channel text NOT NULL CHECK (channel = 'email'),
    starts_at timestamptz(3) NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'stopped')),
    created_at timestamptz(3) NOT NULL
  );

  CREATE TABLE templates (
    template_id text COLLATE "C",
    version int CHECK (version >= 1),
    subject text NOT NULL,
    body_text text NOT NULL,
    body_html text NOT NULL,
    created_at timestamptz(3) NOT NULL,
    PRIMARY KEY (template_id, version)
  );

  CREATE TABLE members (
    member_id text COLLATE "C" PRIMARY KEY,
    registered_epoch bigint,
    registered_sequence bigint,
    erased_epoch bigint,
    erased_sequence bigint,
    contact jsonb,
    contact_epoch bigint,
    contact_sequence bigint,
    has_no_address boolean NOT NULL DEFAULT false,
    consent boolean,
    consent_epoch bigint,
    consent_sequence bigint,
    tier text,
    points bigint,
    items jsonb
  ) WITH (fillfactor = 70);

  CREATE TABLE stays (
    segment text COLLATE "C",
    member_id text COLLATE "C",
    entered_at timestamptz(3) NOT NULL,
    is_backfill boolean NOT NULL,
    PRIMARY KEY (segment, member_id)
  );
  CREATE INDEX stays_of_member ON stays (member_id);
`;

const LEDGER = `
  CREATE TABLE messages (
    message_id uuid PRIMARY KEY,
    campaign_id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    template_id text COLLATE "C" NOT NULL,
    template_version int,
    state text NOT NULL CHECK (state IN
      ('waiting', 'claimed', 'sending', 'sent', 'bounced', 'undeliverable', 'suppressed')),
    reason text,
    attempts int NOT NULL,
    doubts int NOT NULL,
    deferrals int NOT NULL,
    claimable_at timestamptz(3),
    lease_holder uuid,
    rfc_message_id text NOT NULL,
    created_at timestamptz(3) NOT NULL,
    changed_at timestamptz(3) NOT NULL,
    UNIQUE (campaign_id, member_id),
    CHECK ((lease_holder IS NOT NULL) = (state IN ('claimed', 'sending'))),
    CHECK (claimable_at IS NULL OR state IN ('waiting', 'claimed', 'sending'))
  ) WITH (fillfactor = 70);
  CREATE INDEX messages_claimable ON messages (claimable_at) WHERE claimable_at IS NOT NULL;
  CREATE INDEX messages_of_member ON messages (member_id, message_id);
  CREATE INDEX messages_of_campaign ON messages (campaign_id, message_id);
  CREATE INDEX messages_by_state ON messages (campaign_id, state, message_id);

  CREATE FUNCTION announce_messages() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('tessera_messages', ''); RETURN NULL; END $$;
  CREATE TRIGGER messages_announced AFTER INSERT OR UPDATE ON messages
    FOR EACH ROW WHEN (NEW.state = 'waiting' AND NEW.claimable_at IS NOT NULL) EXECUTE FUNCTION announce_messages();
`;

const THANK_YOU = {
  subject: `Thank you, {{ name | default: "dear customer" }}`,
  text: `Hello {{ name | default: "there" }},

thank you for shopping with us so often.
{%- if tier != "" %} You are a {{ tier }} member now,{% else %} As a member{% endif %} you have {{ points }} points to spend.
{% if items.size > 0 %}
You may like:
{% for item in items %}- {{ item.name | default: item.sku }}
{% endfor %}{% endif %}`,
  html: `<p>Hello {{ name | default: "there" }},</p>
<p>thank you for shopping with us so often.
{% if tier != "" %}You are a <strong>{{ tier }}</strong> member now,{% else %}As a member{% endif %} you have
<strong>{{ points }}</strong> points to spend.</p>
{% if items.size > 0 %}<p>You may like:</p>
<ul>{% for item in items %}<li>{{ item.name | default: item.sku }}</li>{% endfor %}</ul>{% endif %}
`,
} as const;
