import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What every batch does before its handler's own work, in two calls: of small batches most of the time goes into statements, however little
 * each does. The number of the advisory lock is that of `reference-data.ts`.
 */
export class ConsumerPrologue1767830400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION take_position(of_topic text, of_partition int, on_cluster text, in_phase text)
        RETURNS TABLE (next_offset bigint, cluster_id text, upkeep text) LANGUAGE plpgsql AS $$
      #variable_conflict use_column
      BEGIN
        PERFORM FROM consumer_offsets WHERE topic = of_topic AND partition = of_partition FOR UPDATE;
        IF NOT FOUND THEN
          INSERT INTO consumer_offsets (topic, partition, cluster_id) VALUES (of_topic, of_partition, on_cluster)
            ON CONFLICT DO NOTHING;
        END IF;
        PERFORM set_config('tessera.upkeep', in_phase, true);
        RETURN QUERY
          SELECT o.next_offset, o.cluster_id, (SELECT s.upkeep FROM service_state s)
            FROM consumer_offsets o WHERE o.topic = of_topic AND o.partition = of_partition FOR UPDATE OF o;
      END $$;

      CREATE FUNCTION lock_subjects(wanted text[])
        RETURNS TABLE (subject text, sequence bigint, due_at timestamptz, basis bigint,
                       epoch bigint, upkeep text, phase text, now timestamptz) LANGUAGE plpgsql AS $$
      #variable_conflict use_column
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(7355608001);
        INSERT INTO subjects (subject, basis)
          SELECT w.subject, st.basis FROM service_state st, unnest(wanted) WITH ORDINALITY AS w(subject, place)
           WHERE NOT EXISTS (SELECT FROM subjects s WHERE s.subject = w.subject)
           ORDER BY w.place
          ON CONFLICT DO NOTHING;
        RETURN QUERY
          SELECT s.subject, s.sequence, s.due_at, s.basis, NULL::bigint, NULL::text, NULL::text, NULL::timestamptz
            FROM subjects s WHERE s.subject = ANY (wanted) ORDER BY s.subject FOR UPDATE;
        RETURN QUERY
          SELECT NULL::text, NULL::bigint, NULL::timestamptz, st.basis, st.epoch, st.upkeep, p.phase,
                 CASE WHEN p.phase IS NULL OR st.as_of IS NULL THEN date_trunc('milliseconds', clock_timestamp()) ELSE st.as_of END
            FROM service_state st, (SELECT nullif(current_setting('tessera.upkeep', true), '')) AS p(phase);
      END $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION lock_subjects(text[]); DROP FUNCTION take_position(text, int, text, text);');
  }
}
