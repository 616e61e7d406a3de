import Foundation
import TestSupport
import Testing

extension ServerTests {
    /// The steps of docs/backup.md with two clusters, the programs of the service and PostgreSQL's own tools.
    @Suite struct BackupTests {
        private func quietanza(_ arguments: [String], on url: String, _ live: Deployment) throws -> (
            status: Int32, text: String
        ) {
            let log = live.folder.appending(path: "command-\(UUID().uuidString).txt")
            let process = try ServiceProcess(
                Deployment.binaries.appending(path: "quietanza").path, arguments,
                live.environment.merging(["DATABASE_URL": url]) { $1 }, log: log)
            let status = process.exitStatus(withinSeconds: 60)
            return (status, try String(contentsOf: log, encoding: .utf8))
        }

        /// Starts a service on this database and returns its first response to `/ready`.
        private func readiness(on url: String, _ live: Deployment, _ body: (String) async throws -> Void = { _ in })
            async throws -> Int
        {
            let port = try Proxy.freePort()
            let api = "http://127.0.0.1:\(port)"
            let service = try ServiceProcess(
                Deployment.binaries.appending(path: "quietanza").path, ["serve"],
                live.environment.merging(["DATABASE_URL": url, "HTTP_PORT": "\(port)", "PUBLIC_URL": api]) { $1 },
                log: live.folder.appending(path: "service-\(port).log"))
            defer { service.stop() }
            try await live.waitUntil("\(api) answers", seconds: 20) {
                (try? await live.send("GET", url: api + "/live"))?.status == 200
            }
            let status = try await live.send("GET", url: api + "/ready").status
            try await body(api)
            return status
        }

        private func paidPosition(_ live: Deployment) async throws -> String {
            let (position, iuv) = try await live.position()
            try #require(try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "BACKUP")).status == 201)
            try await live.waitUntil("the mail was sent") {
                try await live.mailCount(to: "canarino@example.org") >= 1
            }
            // Nothing writes while a dump is compared with its restore.
            live.service.stop()
            return position
        }

        @Test func `the commands of docs-backup restore every row and right into another cluster`() async throws {
            try await Deployment.with { live in
                let position = try await paidPosition(live)
                let fresh = try PrivateCluster()
                defer { fresh.remove() }

                let printed = try Shell.run(
                    """
                    { echo 'set -euo pipefail'; awk '/^```sh backup$/ { inside = 1; next } /^```/ { inside = 0 } inside' \
                    docs/backup.md; } | bash
                    """,
                    live.environment.merging([
                        "BACKUP_FOLDER": live.folder.path, "NEW_DATABASE_URL": fresh.url,
                        "PATH": Deployment.binaries.path + ":" + (live.environment["PATH"] ?? ""),
                    ]) { $1 })

                #expect(printed.contains("The database is up to date."))
                #expect(!printed.contains("restored"))
                let before = try String(contentsOf: live.folder.appending(path: "before.txt"), encoding: .utf8)
                #expect(before.contains("rts rows=1 "))
                let status = try await readiness(on: fresh.url, live) { api in
                    let shown = try await live.send(
                        "GET", url: api + "/v1/positions/\(position)",
                        headers: ["Authorization": "Bearer \(live.apiKey)"])
                    #expect(try shown.json["status"] as? String == "paid")
                }
                #expect(status == 200)
            }
        }

        @Test func `demo-data reuses keys and secrets that are still valid`() async throws {
            try await Deployment.with { live in
                let demo = live.folder.appending(path: "demo.json")
                let again = try quietanza(
                    ["demo-data", "--keep", demo.path, "--format", "json", "--simulator-url", live.simulator],
                    on: live.cluster.url, live)
                let fresh = try quietanza(
                    ["demo-data", "--format", "json", "--simulator-url", live.simulator], on: live.cluster.url, live)

                #expect(again.text == (try String(contentsOf: demo, encoding: .utf8)))
                #expect(fresh.text != again.text)
            }
        }

        @Test func `a restore without the role is not ready until migrate has restored the rights`() async throws {
            try await Deployment.with { live in
                _ = try await paidPosition(live)
                let fresh = try PrivateCluster()
                defer { fresh.remove() }
                let dump = live.folder.appending(path: "quietanza.dump").path
                _ = try Tool.run("pg_dump", ["--format=custom", "--no-owner", "--file=\(dump)", live.cluster.url])
                // Every policy and grant fails, as for an operator who skipped the steps of the page.
                _ = try? Tool.run("pg_restore", ["--no-owner", "--dbname=\(fresh.url)", dump])

                #expect(try await readiness(on: fresh.url, live) == 503)

                let migrated = try quietanza(["migrate"], on: fresh.url, live)
                #expect(migrated.status == 0)
                #expect(migrated.text.contains("restored policy positions.positions_tenancy"))
                #expect(try quietanza(["verify"], on: fresh.url, live).status == 0)
                #expect(try await readiness(on: fresh.url, live) == 200)
            }
        }

        @Test
        func
            `a user who may not create roles gets the exact SQL, and a service that may not use the role is not ready`()
            async throws
        {
            try await Deployment.with { live in
                let fresh = try PrivateCluster()
                defer { fresh.remove() }
                _ = try Tool.run(
                    "psql",
                    [
                        "-X", "-v", "ON_ERROR_STOP=1", "-c", "CREATE ROLE plain LOGIN", "-c",
                        "CREATE ROLE visitor LOGIN",
                        "-c", "CREATE DATABASE quietanza OWNER plain", fresh.url,
                    ])
                let plain = "postgresql://plain@127.0.0.1:\(fresh.port)/quietanza"

                let refused = try quietanza(["migrate"], on: plain, live)

                #expect(refused.status != 0)
                let members = ["quietanza_every", "quietanza_creditors", "quietanza_citizens", "quietanza_psp"]
                let statements =
                    (["quietanza_app"] + members).map { "CREATE ROLE \($0) NOLOGIN;" }
                    + members.map { "GRANT quietanza_app TO \($0);" } + members.map { "GRANT \($0) TO plain;" }
                for statement in statements { #expect(refused.text.contains(statement), "\(refused.text)") }
                _ = try Tool.run(
                    "psql", ["-X", "-v", "ON_ERROR_STOP=1", "-c", statements.joined(separator: " "), fresh.url])
                #expect(try quietanza(["migrate"], on: plain, live).status == 0)
                #expect(try await readiness(on: plain, live) == 200)
                let visitor = "postgresql://visitor@127.0.0.1:\(fresh.port)/quietanza"
                #expect(try await readiness(on: visitor, live) == 503)
            }
        }
    }
}
