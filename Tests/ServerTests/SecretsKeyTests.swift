import Cryptography
import Foundation
import TestSupport
import Testing

extension ServerTests {
    @Suite struct SecretsKeyTests {
        private func run(_ live: Deployment, _ arguments: [String], key: String) throws -> (status: Int32, text: String)
        {
            let log = live.folder.appending(path: "command-\(UUID().uuidString).log")
            let environment = live.environment.merging(["SECRETS_KEY": key, "HTTP_PORT": "\(try Proxy.freePort())"]) {
                $1
            }
            let process = try ServiceProcess(
                Deployment.binaries.appending(path: "quietanza").path, arguments, environment, log: log)
            let status = process.exitStatus(withinSeconds: 30)
            return (status, try String(contentsOf: log, encoding: .utf8))
        }

        @Test func `a wrong key stops every command that needs it, and a key is replaced while the service runs`()
            async throws
        {
            try await Deployment.with { live in
                let new = try SecretsKeys.make()
                for command in [
                    ["serve"], ["migrate"], ["demo-data"], ["psp-secret", "create", "--psp", "ABCDITMM"],
                    ["rotate-secrets-key"],
                ] {
                    let (status, text) = try run(live, command, key: new)
                    #expect(status != 0, "\(command)")
                    #expect(text.contains("SECRETS_KEY is not the key of this database"), "\(text)")
                    #expect(!text.contains(new))
                }
                let (rt, other) = (
                    Deployment.rt(iuv: try await live.position().iuv, receipt: "BEFORE"),
                    Deployment.rt(iuv: try await live.position().iuv, receipt: "AFTER")
                )
                #expect(try await live.post(rt: rt).status == 201)

                let (status, text) = try run(live, ["rotate-secrets-key"], key: "\(new),\(Deployment.secretsKey)")
                #expect(status == 0 && text.contains("encrypted 3 webhook secrets"), "\(text)")
                let instance = try Instance(of: live, settings: ["SECRETS_KEY": new])
                try instance.start()
                try await live.waitUntil("the instance with the new key is ready") { await instance.isReady(live) }
                var headers = live.signed(other)
                headers["Content-Type"] = "application/json"
                let answer = try await live.send(
                    "POST", url: instance.url + "/v1/psps/ABCDITMM/receipts", headers: headers, body: Data(other.utf8))
                #expect(answer.status == 201)
                #expect(instance.stop() == 0)
            }
        }
    }
}
