import Foundation
import TestSupport
import Testing

extension ServerTests {
    /// `quietanza doctor` against a real PostgreSQL, a real SMTP server and a PSP that listens.
    @Suite struct DoctorTests {
        private struct Report: Decodable {
            struct Check: Decodable {
                let area, check, status, detail: String
            }

            let status: String
            let checks: [Check]

            /// Area, check and status, such as `mail connection ok`.
            var verdicts: [String] { checks.map { "\($0.area) \($0.check) \($0.status)" } }

            func detail(_ area: String, _ check: String) -> String {
                checks.filter { $0.area == area && $0.check == check }.map(\.detail).joined(separator: "\n")
            }
        }

        private func doctor(
            _ live: Deployment, _ settings: [String: String] = [:], _ arguments: [String] = []
        ) throws -> (status: Int32, text: String) {
            let log = live.folder.appending(path: "doctor-\(UUID().uuidString).txt")
            let part = try ServiceProcess(
                Deployment.binaries.appending(path: "quietanza").path, ["doctor"] + arguments,
                live.environment.merging(settings) { $1 }, log: log)
            let status = part.exitStatus(withinSeconds: 40)
            let text = try String(contentsOf: log, encoding: .utf8)
            for secret in ["secret", Deployment.secretsKey, live.apiKey] {
                #expect(!text.replacing("webhook secret", with: "").contains(":\(secret)"), "\(text)")
            }
            #expect(!text.contains(Deployment.secretsKey))
            return (status, text)
        }

        private func report(
            _ live: Deployment, _ settings: [String: String] = [:], _ arguments: [String] = []
        ) throws -> (status: Int32, report: Report) {
            let (status, text) = try doctor(live, settings, ["--format", "json"] + arguments)
            return (status, try JSONDecoder().decode(Report.self, from: Data(text.utf8)))
        }

        @Test func `a sound installation has no error, and no mail and no request to a PSP is sent`() async throws {
            try await Deployment.with(mailNeedsLogin: true) { live in
                let (status, found) = try report(live)

                #expect(status == 0, "\(found)")
                for verdict in [
                    "configuration settings ok", "database connection ok", "database durability ok",
                    "database encryption ok", "database connections ok", "database migrations ok", "database role ok",
                    // The test's own user is a superuser.
                    "database user warning", "database secrets key ok", "clock drift ok", "mail connection ok",
                    "psps list ok", "psps connection ok", "identity keys ok", "certificates server ok",
                ] {
                    #expect(found.verdicts.contains(verdict), "\(verdict) in \(found.verdicts)")
                }
                #expect(found.status == "warning")
                #expect(found.detail("mail", "connection").hasSuffix("accepts the login"))
                let messages = try await live.send("GET", url: live.mailControl + "/messages")
                #expect(String(decoding: messages.body, as: UTF8.self).contains("message_id") == false)
                let payments = try await live.send("GET", url: live.simulator + "/payments")
                #expect(String(decoding: payments.body, as: UTF8.self).contains("attempt_id") == false)

                let (_, text) = try doctor(live)
                #expect(text.contains("ok      database      migrations"))
                #expect(text.hasSuffix("errors: 0, warnings: 1\n"))
            }
        }

        @Test func `a server without TLS, a login or a reply, and a PSP that is not reached, are errors`() async throws
        {
            try await Deployment.with(mailNeedsLogin: true) { live in
                for (mode, words) in [
                    ("auth5", "rejected the login"), ("nostarttls", "no trusted TLS"),
                    ("greet5", "rejects this service"), ("starttlsjunk", "TLS"),
                ] {
                    try await live.mailMode(mode)
                    let (status, found) = try report(live)
                    #expect(status == 1)
                    #expect(found.detail("mail", "connection").contains(words), "\(mode): \(found)")
                }
                try await live.mailMode("ok")
                let port = try Proxy.freePort()
                let closed = try report(live, ["SMTP_URL": "smtp://127.0.0.1:\(port)?tls=none"])
                #expect(closed.status == 1)
                #expect(closed.report.detail("mail", "connection").contains("cannot be reached"))

                let forbidden = try report(
                    live, ["OUTBOUND_ALLOWED_NETWORKS": "10.0.0.0/8", "OIDC_ISSUERS": ""])
                #expect(forbidden.status == 1)
                #expect(forbidden.report.detail("psps", "connection").contains("OUTBOUND_ALLOWED_NETWORKS"))

                let file = live.folder.appending(path: "silent-issuers.json")
                try Data(
                    """
                    {"issuers":[{"issuer":"https://idp.example.org","jwks_url":"http://127.0.0.1:\(port)/jwks",
                    "audiences":["portale"],"assurance_levels":["2"]}]}
                    """.utf8
                ).write(to: file)
                let down = try report(live, ["OIDC_ISSUERS": file.path])
                #expect(down.status == 1)
                #expect(
                    down.report.detail("identity", "keys")
                        == "https://idp.example.org: no connection, or no trusted TLS")

                try live.query("UPDATE psp_channels SET start_url = 'http://127.0.0.1:\(port)/start/contract-7'")
                let silent = try report(live)
                #expect(silent.status == 1)
                #expect(silent.report.verdicts.contains("psps connection error"))
                #expect(!silent.report.detail("psps", "connection").contains("contract-7"))
                try live.query("UPDATE webhook_secrets SET revoked_at = now() WHERE psp_id = 'ABCDITMM'")
                #expect(try report(live).report.detail("psps", "secrets").contains("ABCDITMM"))
            }
        }

        @Test func `the database user that the compose file creates can migrate and serve, and is no superuser`()
            async throws
        {
            try await Deployment.with { live in
                let cluster = try PrivateCluster()
                defer { cluster.remove() }
                // The image's superuser has this name, and the test's own superuser has the name that is created.
                try Tool.run("psql", ["-X", "-c", "CREATE ROLE postgres SUPERUSER LOGIN", cluster.url])
                let administrator = "postgresql://postgres@127.0.0.1:\(cluster.port)/postgres"
                try Tool.run("psql", ["-X", "-c", "ALTER ROLE quietanza RENAME TO other", administrator])
                try Tool.run(
                    "env",
                    [
                        "PGHOST=127.0.0.1", "PGPORT=\(cluster.port)", "POSTGRES_USER=postgres",
                        "DATABASE_PASSWORD=it's",
                        Deployment.project.path + "/deploy/compose/roles.sh",
                    ])
                let settings = ["DATABASE_URL": "postgresql://quietanza@127.0.0.1:\(cluster.port)/quietanza"]
                try ServiceProcess.finish(
                    Deployment.binaries.appending(path: "quietanza").path, ["migrate"],
                    live.environment.merging(settings) { $1 }, log: live.folder.appending(path: "compose-migrate.txt"))

                let (status, found) = try report(live, settings)

                #expect(status == 0, "\(found)")
                for verdict in ["database user ok", "database role ok", "database secrets key ok", "psps list warning"]
                {
                    #expect(found.verdicts.contains(verdict), "\(verdict) in \(found.verdicts)")
                }
            }
        }

        @Test
        func `lost policies, a privileged role, another SECRETS_KEY, missing migrations and a wrong clock are errors`()
            async throws
        {
            try await Deployment.with { live in
                let other = "b3RoZXItcXVpZXRhbnphLXRlc3RzLXNlY3JldC1rZXk="
                #expect(
                    try report(live, ["SECRETS_KEY": other]).report.verdicts.contains("database secrets key error"))

                let clock = live.folder.appending(path: "skewed-clock.so").path
                try Tool.run(
                    "clang",
                    ["-shared", "-fPIC", "-O1", "-o", clock, Deployment.project.path + "/scripts/skewed-clock.c"])
                for (skew, status) in [("120", "error"), ("-5", "warning")] {
                    let (exit, found) = try report(live, ["LD_PRELOAD": clock, "CLOCK_SKEW_SECONDS": skew])
                    #expect(found.verdicts.contains("clock drift \(status)"), "\(found)")
                    #expect(exit == (status == "error" ? 1 : 0))
                }

                try live.query("DROP POLICY positions_tenancy ON positions")
                let bare = try report(live)
                #expect(bare.status == 1)
                #expect(bare.report.detail("database", "role").contains("1 policies or grants"))

                try live.query("ALTER ROLE quietanza_app BYPASSRLS")
                #expect(try report(live).report.detail("database", "role").contains("NOBYPASSRLS"))
                try live.query("ALTER SYSTEM SET synchronous_commit = off")
                try live.query("SELECT pg_reload_conf()")
                try await live.waitUntil("the setting is in force", seconds: 10) {
                    try live.query("SHOW synchronous_commit") == ["off"]
                }
                #expect(try report(live).report.detail("database", "durability").contains("synchronous_commit is off"))

                try live.query("CREATE DATABASE empty")
                let empty = live.cluster.url.replacing("/postgres", with: "/empty")
                let bareDatabase = try report(live, ["DATABASE_URL": empty])
                #expect(bareDatabase.status == 1)
                #expect(bareDatabase.report.detail("database", "migrations").contains("0001_"))
                #expect(bareDatabase.report.verdicts.contains("psps list skipped"))

                let absent = try report(
                    live, ["DATABASE_URL": "postgresql://someone@127.0.0.1:\(try Proxy.freePort())/x"])
                #expect(absent.status == 1)
                #expect(absent.report.verdicts.contains("database connection error"))
                #expect(absent.report.verdicts.contains("database role skipped"))
            }
        }

        @Test func `certificates that expired or expire soon, and files that every user can read, are reported`()
            async throws
        {
            try await Deployment.with { live in
                let authority = try TestAuthority()
                defer { authority.remove() }
                let form = Date.VerbatimFormatStyle(
                    format:
                        "\(year: .padded(4))\(month: .twoDigits)\(day: .twoDigits)000000Z", timeZone: .gmt,
                    calendar: Calendar(identifier: .gregorian))
                for (days, status) in [(-2, "error"), (10, "warning"), (100, "ok")] {
                    let pair = try authority.issue(
                        "/CN=localhost", extensions: TestAuthority.serverExtensions,
                        to: Date(timeIntervalSinceNow: Double(days) * 86_400).formatted(form))
                    let tls = ["TLS_CERTIFICATE": pair.certificate.path, "TLS_KEY": pair.key.path]
                    let (exit, found) = try report(live, tls)
                    #expect(found.verdicts.contains("certificates server \(status)"), "\(found)")
                    #expect(exit == (status == "error" ? 1 : 0))
                    #expect(try report(live, tls, ["--warning-days", "3650"]).report.status != "ok")
                    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: pair.key.path)
                    #expect(try report(live, tls).report.verdicts.contains("certificates server key warning"))
                }
                let file = live.folder.appending(path: "quietanza.conf")
                try Data("LOG_LEVEL=info\n".utf8).write(to: file)
                for (mode, status) in [(0o644, "warning"), (0o640, "ok")] {
                    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
                    let (_, found) = try report(live, [:], ["--config", file.path])
                    #expect(found.verdicts.contains("configuration file \(status)"), "\(found.verdicts)")
                }
                let wrong = try report(live, ["HTTP_PORT": "0", "MAIL_FROM": "nobody"])
                #expect(wrong.status == 1)
                #expect(wrong.report.verdicts == ["configuration settings error", "configuration settings error"])
            }
        }
    }
}
