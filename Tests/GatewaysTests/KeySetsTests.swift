import Crypto
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Gateways

/// The keys of issuers: when they are fetched, how long they are used, and which signatures they verify.
@Suite struct KeySetsTests {
    /// Keys of one test issuer, with a clock that the test sets.
    private final class Fixture: Sendable {
        let issuer: TestIssuer
        let keySets: KeySets
        private let clock: Clock
        private let fetches: Fetches

        private final class Clock: Sendable {
            let seconds = Mutex<Int64>(1_800_000_000)
        }

        private final class Fetches: Sendable {
            let results = Mutex<[KeySetFetch]>([])
        }

        init(
            _ keys: [[String: Any]] = [TestIssuer.SigningKey.sharedRSA.publicKey(id: "k1")], url: String? = nil,
            allowing networks: [String] = ["127.0.0.0/8"]
        ) throws {
            let (clock, fetches) = (Clock(), Fetches())
            let issuer = try TestIssuer(keys)
            self.issuer = issuer
            self.clock = clock
            self.fetches = fetches
            keySets = KeySets(
                urls: [issuer.url: url ?? issuer.keySetURL], policy: try OutboundPolicy(allowing: networks),
                now: { clock.seconds.withLock(\.self) },
                report: { _, result in fetches.results.withLock { $0.append(result) } })
        }

        func pass(_ seconds: Int64) { clock.seconds.withLock { $0 += seconds } }
        var results: [KeySetFetch] { fetches.results.withLock(\.self) }

        func close() {
            issuer.close()
            keySets.stop()
        }

        /// The failure of a token, or nil when its signature was verified.
        func failure(
            id: String = "k1", algorithm: String = "RS256", by key: TestIssuer.SigningKey = .sharedRSA,
            issuer name: String? = nil, header: [String: Any?] = [:]
        ) async throws -> IDTokenFailure? {
            let token = try IDToken(
                try TestIssuer.token(
                    ["iss": name ?? issuer.url], header: header, algorithm: algorithm, id: id, by: key))
            do {
                try await keySets.verify(token)
                return nil
            } catch { return error }
        }
    }

    private static func with(_ fixture: Fixture, _ body: (Fixture) async throws -> Void) async throws {
        defer { fixture.close() }
        try await body(fixture)
    }

    @Test func `a token of each algorithm is verified with the key that it names`() async throws {
        let (p256, p384, p521) = (P256.Signing.PrivateKey(), P384.Signing.PrivateKey(), P521.Signing.PrivateKey())
        let signers: [(String, TestIssuer.SigningKey, [String])] = [
            ("rsa", .sharedRSA, ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]),
            ("p256", .p256(p256), ["ES256"]),
            ("p384", .p384(p384), ["ES384"]), ("p521", .p521(p521), ["ES512"]),
        ]
        try await Self.with(Fixture(signers.map { $0.1.publicKey(id: $0.0, ["use": "sig"]) })) { test async throws in
            for (id, key, algorithms) in signers {
                for algorithm in algorithms {
                    #expect(try await test.failure(id: id, algorithm: algorithm, by: key) == nil, "\(algorithm)")
                }
            }
            #expect(test.issuer.fetchCount == 1)
            #expect(try await test.failure(by: .otherRSA) == .unknownKey)
            #expect(try await test.failure(id: "rsa", by: .otherRSA) == .signature)
            // The algorithm of the header does not fit the form of the key.
            #expect(try await test.failure(id: "rsa", algorithm: "ES256", by: .p256(p256)) == .unknownKey)
            #expect(try await test.failure(id: "p256", algorithm: "RS256") == .unknownKey)
            #expect(try await test.failure(id: "p256", algorithm: "ES384", by: .p384(p384)) == .unknownKey)
            #expect(try await test.failure(id: "rsa", issuer: "https://other.example.org") == .unknownIssuer)
            #expect(try await test.failure(id: "rsa", issuer: test.issuer.url + "/") == .unknownIssuer)
        }
    }

    @Test func `keys in the header of a token are not used`() async throws {
        try await Self.with(Fixture()) { test async throws in
            let evil = try TestIssuer([TestIssuer.SigningKey.otherRSA.publicKey(id: "k1")])
            defer { evil.close() }
            let own = TestIssuer.SigningKey.otherRSA.publicKey(id: "k1")
            #expect(
                try await test.failure(
                    by: .otherRSA, header: ["jwk": own, "jku": evil.keySetURL, "x5u": evil.keySetURL, "x5c": ["AA"]])
                    == .signature)
            #expect(evil.fetchCount == 0)
        }
    }

    @Test func `keys for other purposes or algorithms, and keys that cannot be used, are skipped`() async throws {
        let key = TestIssuer.SigningKey.sharedRSA
        let keys: [[String: Any]] = [
            key.publicKey(id: "encryption", ["use": "enc"]), key.publicKey(id: "signing only", ["key_ops": ["sign"]]),
            key.publicKey(id: "operations", ["key_ops": "verify"]),
            key.publicKey(id: "secret", ["kty": "oct", "k": "AAAA"]),
            key.publicKey(id: "hmac", ["alg": "HS256"]), key.publicKey(id: "none", ["alg": "none"]),
            key.publicKey(id: "another", ["alg": "PS256"]), key.publicKey(id: "type", ["kty": "rsa"]),
            key.publicKey(id: "short", ["n": "AQAB"]), key.publicKey(id: "exponent", ["e": "AQ"]),
            key.publicKey(id: nil), key.publicKey(id: "good", ["key_ops": ["verify"], "use": "sig", "alg": "RS256"]),
        ]
        try await Self.with(Fixture(keys)) { test async throws in
            for key in keys {
                guard let id = key["kid"] as? String else { continue }
                #expect(try await test.failure(id: id) == (id == "good" ? nil : .unknownKey), "\(id)")
            }
            // Of the key set alone, "another" fits its own algorithm.
            #expect(try await test.failure(id: "another", algorithm: "PS256") == nil)
        }
    }

    @Test func `a key set is fetched once, again after an hour, and an issuer's new keys replace the old ones`()
        async throws
    {
        try await Self.with(Fixture()) { test async throws in
            for _ in 0..<5 { #expect(try await test.failure() == nil) }
            test.pass(KeySets.freshSeconds - 1)
            #expect(try await test.failure() == nil)
            #expect(test.issuer.fetchCount == 1)
            test.issuer.publish([TestIssuer.SigningKey.otherRSA.publicKey(id: "k2")])
            test.pass(1)
            #expect(try await test.failure() == .unknownKey, "withdrawn")
            #expect(test.issuer.fetchCount == 2 && test.results == [.fetched, .fetched])
            #expect(try await test.failure(id: "k2", by: .otherRSA) == nil)
        }
    }

    @Test func `an unknown key causes one fetch in thirty seconds at most`() async throws {
        try await Self.with(Fixture()) { test async throws in
            #expect(try await test.failure() == nil)
            for number in 0..<10 { #expect(try await test.failure(id: "x\(number)") == .unknownKey) }
            #expect(test.issuer.fetchCount == 1)
            test.issuer.publish([
                TestIssuer.SigningKey.sharedRSA.publicKey(id: "k1"), TestIssuer.SigningKey.otherRSA.publicKey(id: "k2"),
            ])
            test.pass(KeySets.fetchIntervalSeconds - 1)
            #expect(try await test.failure(id: "k2", by: .otherRSA) == .unknownKey)
            test.pass(1)
            #expect(try await test.failure(id: "k2", by: .otherRSA) == nil, "rotated")
            for number in 0..<10 { #expect(try await test.failure(id: "x\(number)") == .unknownKey) }
            #expect(test.issuer.fetchCount == 2)
        }
    }

    @Test func `many tokens at the same time share one fetch`() async throws {
        try await Self.with(Fixture()) { test async throws in
            let failures = try await withThrowingTaskGroup(of: IDTokenFailure?.self) { group in
                for _ in 0..<50 { group.addTask { try await test.failure() } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(failures.count == 50 && failures.allSatisfy { $0 == nil })
            #expect(test.issuer.fetchCount == 1)
        }
    }

    @Test func `while the issuer is down, its keys are used for a day, and a new key is unavailable`() async throws {
        try await Self.with(Fixture()) { test async throws in
            #expect(try await test.failure() == nil)
            test.issuer.fail()
            test.pass(KeySets.freshSeconds)
            #expect(try await test.failure() == nil)
            #expect(test.results.last == .unreachable)
            #expect(try await test.failure(id: "k2") == .unavailable(retryAfterSeconds: 30))
            test.pass(10)
            #expect(try await test.failure(id: "k2") == .unavailable(retryAfterSeconds: 20))
            #expect(test.results.count == 2, "a failed fetch is not repeated at once either")
            test.pass(KeySets.staleSeconds - KeySets.freshSeconds - 11)
            #expect(try await test.failure() == nil)
            test.pass(1)
            #expect(try await test.failure() == .unavailable(retryAfterSeconds: 29))
            test.issuer.publish([TestIssuer.SigningKey.sharedRSA.publicKey(id: "k1")])
            test.pass(29)
            #expect(try await test.failure() == nil)
        }
    }

    @Test func `an issuer that never gave its keys is unavailable after any answer`() async throws {
        let key = String(
            decoding: try JSONSerialization.data(withJSONObject: TestIssuer.SigningKey.sharedRSA.publicKey(id: "k1")),
            as: UTF8.self)
        let answers: [(status: Int, type: String, body: String)] = [
            (500, "application/json", #"{"keys":[\#(key)]}"#), (302, "application/json", #"{"keys":[\#(key)]}"#),
            (200, "text/html", #"{"keys":[\#(key)]}"#), (200, "application/json", "<html>"),
            (200, "application/json", "[]"), (200, "application/json", #"{"keys":[]}"#),
            (200, "application/json", #"{"keys":{}}"#),
            (200, "application/json", #"{"keys":[\#(key)],"keys":[\#(key)]}"#),
            (200, "application/json", #"{"keys":[\#(Array(repeating: key, count: 65).joined(separator: ","))]}"#),
            (200, "application/json", #"{"keys":[\#(key)],"x":"\#(String(repeating: "x", count: 65_536))"}"#),
        ]
        for (number, answer) in answers.enumerated() {
            try await Self.with(Fixture()) { test async throws in
                test.issuer.respond(status: answer.status, type: answer.type, body: answer.body)
                #expect(try await test.failure() == .unavailable(retryAfterSeconds: 30), "\(number)")
                #expect(test.results == [.malformed], "\(number)")
            }
        }
        try await Self.with(Fixture()) { test async throws in
            test.issuer.respond(type: "application/jwk-set+json; charset=utf-8", body: #"{"keys":[\#(key)]}"#)
            #expect(try await test.failure() == nil)
        }
    }

    @Test func `an issuer at an address that the outbound policy forbids is not called`() async throws {
        for url in [nil, "http://localhost/jwks", "file:///etc/passwd", "https://[::1]/jwks"] {
            try await Self.with(Fixture(url: url, allowing: [])) { test async throws in
                #expect(try await test.failure() == .unavailable(retryAfterSeconds: 30))
                #expect(test.results == [.notAllowed] && test.issuer.fetchCount == 0)
            }
        }
    }

    @Test func `a key set is fetched by GET without a body`() async throws {
        try await Self.with(Fixture()) { test async throws in
            #expect(try await test.failure() == nil)
            #expect(test.issuer.received.hasPrefix("GET /jwks HTTP/1.1\r\n"))
            #expect(!test.issuer.received.lowercased().contains("content-"))
        }
    }
}
