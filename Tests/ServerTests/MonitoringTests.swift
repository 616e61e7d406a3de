import Foundation
import TestSupport
import Testing

extension ServerTests {
    /// The alert rules and the dashboard in deploy/ against what the service exports. scripts/check-monitoring.sh checks their
    /// syntax and when the rules fire.
    @Suite struct MonitoringTests {
        /// A selector such as `mail_sent_total{job="quietanza", result="dead"}`.
        private struct Selector: Hashable {
            let metric: String
            let labels: Set<String>
        }

        /// Labels and series that Prometheus itself adds.
        private static let labelsOfPrometheus: Set = ["job", "instance"]
        private static let metricOfPrometheus = "up"

        private func selectors() throws -> Set<Selector> {
            var found: Set<Selector> = []
            for file in ["prometheus/alerts.yaml", "grafana/quietanza.json"] {
                let text = try String(contentsOf: Deployment.project.appending(path: "deploy/\(file)"), encoding: .utf8)
                    .replacing("\\\"", with: "\"")
                for match in text.matches(of: /([a-z][a-z_]+)\{((?:[^{}"]|"[^"]*")*)\}/)
                where String(match.1) != Self.metricOfPrometheus {
                    let labels = match.2.matches(of: /(\w+)(?:=~|!~|!=|=)"/).map { String($0.1) }
                    found.insert(
                        Selector(
                            metric: String(match.1).replacing(/_(?:bucket|count|sum)$/, with: ""),
                            labels: Set(labels).subtracting(Self.labelsOfPrometheus)))
                }
            }
            return found
        }

        @Test func `every metric and label of the alerts and the dashboard is one that the service exports`()
            async throws
        {
            let selectors = try selectors()
            #expect(Set(selectors.map(\.metric)).count >= 15)
            let sources = try FileManager.default.subpathsOfDirectory(
                atPath: Deployment.project.appending(path: "Sources").path
            )
            .filter { $0.hasSuffix(".swift") }
            .map { try String(contentsOf: Deployment.project.appending(path: "Sources/\($0)"), encoding: .utf8) }
            .joined(separator: "\n")
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                try #require(try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "METRIC")).status == 201)
                try await live.waitUntil("the mail has gone") {
                    try await live.mailCount(to: "canarino@example.org") >= 1
                }
                // The sender counts the mail after the mail server has accepted it.
                try await live.waitUntil("the mail is counted") {
                    String(decoding: try await live.send("GET", url: live.api + "/metrics").body, as: UTF8.self)
                        .contains("mail_sent_total")
                }
                let text = String(
                    decoding: try await live.send("GET", url: live.api + "/metrics").body, as: UTF8.self)
                let exported = Set(text.matches(of: /(?m)^# TYPE (\w+)/).map { String($0.1) })
                let explained = Set(text.matches(of: /(?m)^# HELP (\w+) ./).map { String($0.1) })
                #expect(exported.subtracting(explained).isEmpty, "metrics without # HELP")
                // The last job to run for the first time is the quarantine's or the retention's, at the start.
                try await live.waitUntil("every background job has run") {
                    let summary = try await live.call("GET", "/v1/summary", key: live.opsKey).json
                    let jobs = summary["background_jobs"] as? [[String: any Sendable]] ?? []
                    return jobs.count == 9 && jobs.allSatisfy { $0["is_alive"] as? Bool == true }
                }
                let day = try await live.call("GET", "/v1/statistics?group=psp", key: live.opsKey).json
                #expect((day["total"] as? [String: any Sendable])?["receipts"] as? Int == 1)

                for selector in selectors {
                    // A counter of events that did not happen here, or a gauge of TLS.
                    let isDeclared = sources.contains("\"\(selector.metric)\"")
                    #expect(exported.contains(selector.metric) || isDeclared, "\(selector.metric)")
                    for label in selector.labels {
                        #expect(sources.contains("(\"\(label)\", "), "\(selector.metric){\(label)}")
                    }
                }
                for name in [
                    "http_server_request_duration_seconds", "mail_sent_total", "rt_received_total", "outbox_pending",
                    "outbox_oldest_age_seconds", "db_pool_in_use", "db_pool_waiting", "http_connections",
                    "process_resident_memory_bytes", "process_start_time_seconds", "build_info",
                ] {
                    #expect(exported.contains(name), "\(name)")
                    #expect(selectors.contains { $0.metric == name }, "\(name) is on no panel and in no rule")
                }
                #expect(text.contains(#"route="/v1/psps/{psp_id}/receipts""#))
            }
        }
    }
}
