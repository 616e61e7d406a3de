import Postgres

extension Store {
    /// Lets the order of new events continue that of the stored ones. After a restore into another cluster, whose transactions have lower
    /// numbers, a reader that has read the stored events would otherwise miss new ones. `quietanza migrate` calls it.
    /// - Returns: whether the order had to be changed.
    package func continueEvents() async throws -> Bool {
        let base: SQL = "SELECT event_base()"
        return try await ownersTransaction { tx in
            var before = try await tx.queryAll(["SELECT pg_advisory_xact_lock(\(Self.eventBaseLock))", base])[1].only
            tx.send(
                """
                DO $base$
                DECLARE
                    last CONSTANT bigint := (SELECT event_order FROM journal WHERE event IS NOT NULL
                        ORDER BY event_order DESC, id DESC LIMIT 1);
                BEGIN
                    IF last >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint + event_base() THEN
                        EXECUTE format('CREATE OR REPLACE FUNCTION %I.event_base() RETURNS bigint
                            LANGUAGE sql STABLE PARALLEL SAFE AS ''SELECT %s::bigint''', current_schema(), last);
                    END IF;
                END
                $base$
                """)
            var after = try await tx.query(base).only
            return try before.bigInteger() != after.bigInteger()
        }
    }

    /// The advisory lock that allows one instance at a time. The number must not be used for another lock in the database.
    private static let eventBaseLock: Int64 = 7_164_520_117_003
}
