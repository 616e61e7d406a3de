import Foundation
import Testing

@testable import PSPSimulator

struct WebhookSealTests {
    /// The vector that Standard Webhooks publishes.
    private let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    private let sentAt: Int64 = 1_614_265_330
    private let body = Array(#"{"test": 2432232314}"#.utf8)
    private let published = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    @Test func `the published vector comes out`() throws {
        let seal = try WebhookSeal(secret: secret)

        let headers = seal.headers(id: id, unixSeconds: sentAt, body: body)

        #expect(headers["webhook-id"] == id)
        #expect(headers["webhook-timestamp"] == "1614265330")
        #expect(headers["webhook-signature"] == published)
    }

    @Test func `one good signature among others is enough`() throws {
        let seal = try WebhookSeal(secret: secret)

        #expect(accepts(seal, signatures: "v1,AAAA v2,\(published) \(published)"))
        #expect(!accepts(seal, signatures: "v1,AAAA"))
        #expect(!accepts(seal, signatures: ""))
    }

    @Test(arguments: [-301, 301] as [Int64])
    func `a call too old or too new is refused`(offsetSeconds: Int64) throws {
        let seal = try WebhookSeal(secret: secret)

        #expect(!accepts(seal, signatures: published, nowUnixSeconds: sentAt + offsetSeconds))
        #expect(accepts(seal, signatures: published, nowUnixSeconds: sentAt + offsetSeconds - offsetSeconds.signum()))
    }

    @Test func `another body or a timestamp written otherwise is refused`() throws {
        let seal = try WebhookSeal(secret: secret)

        let otherBody = seal.accepts(
            id: id, timestamp: "1614265330", signatures: published, body: body + [0x20], nowUnixSeconds: sentAt)
        let otherTimestamp = seal.accepts(
            id: id, timestamp: "+1614265330", signatures: published, body: body, nowUnixSeconds: sentAt)

        #expect(!otherBody)
        #expect(!otherTimestamp)
    }

    @Test(arguments: [
        "", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_*fKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ])
    func `a secret of the wrong shape is refused`(text: String) {
        #expect(throws: SecretsError.malformed) { try WebhookSeal(secret: text) }
    }

    private func accepts(_ seal: WebhookSeal, signatures: String, nowUnixSeconds: Int64? = nil) -> Bool {
        seal.accepts(
            id: id, timestamp: String(sentAt), signatures: signatures, body: body,
            nowUnixSeconds: nowUnixSeconds ?? sentAt)
    }
}

struct SecretsTests {
    private let first = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private let second = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()

    @Test func `a secret without a name serves every PSP`() throws {
        let secrets = try Secrets("\(first)\n")

        #expect(secrets.seals(of: "ABCDITMM").count == 1)
        #expect(secrets.seals(of: "ZZZZITMM").count == 1)
    }

    @Test func `a named secret takes the place of the shared one, and the first signs`() throws {
        let secrets = try Secrets("\(first), ABCDITMM=\(second) ABCDITMM=\(first)")

        #expect(
            secrets.seals(of: "ABCDITMM").map(\.key) == [
                try WebhookSeal(secret: second).key, try WebhookSeal(secret: first).key,
            ])
        #expect(secrets.seals(of: "ZZZZITMM").map(\.key) == [try WebhookSeal(secret: first).key])
    }

    @Test func `the demo data's JSON is understood`() throws {
        let secrets = try Secrets(#"{"api_key":"x","psp_secret":"\#(first)","psp_secrets":{"ABCDITMM":"\#(second)"}}"#)

        #expect(secrets.seals(of: "ABCDITMM").map(\.key) == [try WebhookSeal(secret: second).key])
        #expect(secrets.seals(of: "ZZZZITMM").map(\.key) == [try WebhookSeal(secret: first).key])
    }

    @Test func `no secret at all is refused`() {
        #expect(throws: SecretsError.missing) { try Secrets(" \n") }
        #expect(throws: SecretsError.missing) { try Secrets(#"{"api_key":"x"}"#) }
        #expect(throws: SecretsError.malformed) { try Secrets("password") }
    }
}
