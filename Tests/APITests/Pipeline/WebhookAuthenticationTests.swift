import Accounts
import Cryptography
import HTTPTypes
import Logging
import Operations
import PagoPA
import Requests
import Testing

@testable import API

@Suite struct WebhookAuthenticationTests {
    private let body = Array("{}".utf8)

    private func headers(_ secret: WebhookSecret, body: [UInt8]) -> HTTPFields {
        let seconds = Sample.now.unixSeconds
        return [
            .webhookID: "m-1", .webhookTimestamp: String(seconds),
            .webhookSignature: WebhookSignature.sign(id: "m-1", timestamp: seconds, body: body, secret: secret),
        ]
    }

    @Test
    func
        `a PSP that signed the body is the caller, also if that cannot be recorded; any other gets the same 401, known or not`()
        async throws
    {
        let secret = try WebhookSecret.make()
        let known = try PSPID("ABCDITMM")
        let own = PSPSecret(
            id: try WebhookSecretID("0199c0de-0000-7000-8000-000000000001"), secret: secret, lastUsedAt: nil)
        let recorder = LogRecorder()
        let step = WebhookAuthentication(
            findSecrets: { $0 == known ? [own] : [] }, record: { _ in throw DatabaseUnavailable() },
            clock: { Sample.now },
            logger: recorder.logger)
        let signed = headers(secret, body: body)

        #expect(try await step.verify(signed, of: known, over: body) == known)
        for (psp, body) in [(known, Array("{ }".utf8)), (try PSPID("OTHERPSP"), self.body), (nil, self.body)] {
            let problem = await #expect(throws: Problem.self) {
                try await step.verify(signed, of: psp, over: body)
            }
            #expect(problem?.kind == .webhookSignature)
        }
        #expect(recorder.records.map(\.level) == [.warning, .warning, .info, .info])
        #expect(recorder.records.map { $0.metadata["psp_known"] } == [nil, "true", "false", "false"])
    }
}
