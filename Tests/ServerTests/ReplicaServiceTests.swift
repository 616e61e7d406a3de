import Foundation
import TestSupport
import Testing

extension ServerTests {
    /// An instance with `DATABASE_READ_URL`.
    @Suite struct ReplicaServiceTests {
        private func list(_ live: Deployment, _ instance: Instance) async throws -> Int {
            let answer = try await live.send(
                "GET", url: instance.url + "/v1/positions", headers: ["Authorization": "Bearer \(live.apiKey)"])
            #expect(answer.status == 200)
            return try #require(try answer.json["items"] as? [Any]).count
        }

        private func text(_ live: Deployment, _ url: String) async throws -> String {
            let answer = try await live.send("GET", url: url)
            #expect(answer.status == 200)
            return String(decoding: answer.body, as: UTF8.self)
        }

        @Test func `status, metrics, log and doctor show the replica, and readiness does not depend on it`()
            async throws
        {
            try await Deployment.with { live in
                let standby = try await onOwnThread { try PrivateCluster(standbyOf: live.cluster) }
                defer { standby.remove() }
                let settings = ["DATABASE_READ_URL": standby.url]
                let instance = try Instance(of: live, settings: settings)
                try instance.start()
                defer { _ = instance.stop() }
                try await live.waitUntil("the instance is ready") { await instance.isReady(live) }
                _ = try await live.position()
                try await live.waitUntil("the replica serves") {
                    _ = try await list(live, instance)
                    return try await text(live, instance.url + "/metrics")
                        .contains(#"quietanza_replica_lists_total{result="serving"}"#)
                }
                #expect(try await list(live, instance) == list(live, instance))
                #expect(try await text(live, instance.url + "/status").contains("The read replica serves lists."))
                #expect(try await text(live, instance.url + "/metrics").contains("quietanza_replica_up 1"))
                #expect(try doctor(live, settings).contains("ok      database      replica"))

                try await onOwnThread { try standby.stop() }
                #expect(try await list(live, instance) > 0)

                #expect(try await text(live, instance.url + "/status").contains("The read replica does not serve"))
                #expect(try await text(live, instance.url + "/metrics").contains("quietanza_replica_up 0"))
                #expect(await instance.isReady(live))
                #expect(instance.log.components(separatedBy: "the read replica has another state").count >= 2)
                #expect(try doctor(live, settings).contains("warning database      replica"))
                let other = ["DATABASE_READ_URL": live.cluster.url + "?target_session_attrs=any"]
                #expect(try doctor(live, other).contains("warning database      replica"))
            }
        }

        private func doctor(_ live: Deployment, _ settings: [String: String]) throws -> String {
            let log = live.folder.appending(path: "doctor-\(UUID().uuidString).txt")
            let process = try ServiceProcess(
                Deployment.binaries.appending(path: "quietanza").path, ["doctor"],
                live.environment.merging(settings) { $1 }, log: log)
            #expect(process.exitStatus(withinSeconds: 40) == 0)
            return try String(contentsOf: log, encoding: .utf8)
        }
    }
}
