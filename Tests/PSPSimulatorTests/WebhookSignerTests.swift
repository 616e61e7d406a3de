import Foundation
import Testing

@testable import PSPSimulator

struct WebhookSignerTests {
    /// The test vector that Standard Webhooks publishes.
    private let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    private let sentAt: Int64 = 1_614_265_330
    private let body = Array(#"{"test": 2432232314}"#.utf8)
    private let published = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    @Test func `the published test vector is reproduced`() throws {
        let signer = try WebhookSigner(secret: secret)

        let headers = signer.headers(id: id, unixSeconds: sentAt, body: body)

        #expect(headers["webhook-id"] == id)
        #expect(headers["webhook-timestamp"] == "1614265330")
        #expect(headers["webhook-signature"] == published)
    }

    @Test func `one valid signature among others is enough`() throws {
        let signer = try WebhookSigner(secret: secret)

        #expect(accepts(signer, signatures: "v1,AAAA v2,\(published) \(published)"))
        #expect(!accepts(signer, signatures: "v1,AAAA"))
        #expect(!accepts(signer, signatures: ""))
    }

    @Test(arguments: [-301, 301] as [Int64])
    func `a call with an old or future timestamp is rejected`(offsetSeconds: Int64) throws {
        let signer = try WebhookSigner(secret: secret)

        #expect(!accepts(signer, signatures: published, nowUnixSeconds: sentAt + offsetSeconds))
        #expect(accepts(signer, signatures: published, nowUnixSeconds: sentAt + offsetSeconds - offsetSeconds.signum()))
    }

    @Test func `another body or another spelling of the timestamp is rejected`() throws {
        let signer = try WebhookSigner(secret: secret)

        let otherBody = signer.accepts(
            id: id, timestamp: "1614265330", signatures: published, body: body + [0x20], nowUnixSeconds: sentAt)
        let otherTimestamp = signer.accepts(
            id: id, timestamp: "+1614265330", signatures: published, body: body, nowUnixSeconds: sentAt)

        #expect(!otherBody)
        #expect(!otherTimestamp)
    }

    @Test(arguments: [
        "", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_*fKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ])
    func `a secret in the wrong format is rejected`(text: String) {
        #expect(throws: SecretsError.malformed) { try WebhookSigner(secret: text) }
    }

    private func accepts(_ signer: WebhookSigner, signatures: String, nowUnixSeconds: Int64? = nil) -> Bool {
        signer.accepts(
            id: id, timestamp: String(sentAt), signatures: signatures, body: body,
            nowUnixSeconds: nowUnixSeconds ?? sentAt)
    }
}

struct SecretsTests {
    private let first = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private let second = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()

    @Test func `a secret without a name is used for every PSP`() throws {
        let secrets = try Secrets("\(first)\n")

        #expect(secrets.signers(of: "ABCDITMM").count == 1)
        #expect(secrets.signers(of: "ZZZZITMM").count == 1)
    }

    @Test func `a named secret replaces the shared one, and the first one signs`() throws {
        let secrets = try Secrets("\(first), ABCDITMM=\(second) ABCDITMM=\(first)")

        #expect(
            secrets.signers(of: "ABCDITMM").map(\.key) == [
                try WebhookSigner(secret: second).key, try WebhookSigner(secret: first).key,
            ])
        #expect(secrets.signers(of: "ZZZZITMM").map(\.key) == [try WebhookSigner(secret: first).key])
    }

    @Test func `the demo data's JSON is accepted`() throws {
        let secrets = try Secrets(#"{"api_key":"x","psp_secret":"\#(first)","psp_secrets":{"ABCDITMM":"\#(second)"}}"#)

        #expect(secrets.signers(of: "ABCDITMM").map(\.key) == [try WebhookSigner(secret: second).key])
        #expect(secrets.signers(of: "ZZZZITMM").map(\.key) == [try WebhookSigner(secret: first).key])
    }

    @Test func `an empty list of secrets is rejected`() {
        #expect(throws: SecretsError.missing) { try Secrets(" \n") }
        #expect(throws: SecretsError.missing) { try Secrets(#"{"api_key":"x"}"#) }
        #expect(throws: SecretsError.malformed) { try Secrets("password") }
    }
}
