import Accounts
import Addresses
import Cryptography
import Foundation
import HTTPTypes
import Logging
import PagoPA
import Requests
import Synchronization
import TestSupport

@testable import API

/// Values that the tests of the pipeline's steps share.
enum Sample {
    static let now = Instant(microseconds: 1_700_000_010_000_000)

    static func key(
        _ scopes: [Scope] = [.positionsRead], kind: CallerKind = .frontend, origins: [WebOrigin] = []
    ) -> APIKey {
        APIKey(
            id: Identifier(uuid: UUID()), name: "k", kind: kind, prefix: "qz_sample", scopes: scopes, creditors: [],
            allowedOrigins: origins, createdAt: now)
    }

    static func citizen() throws -> SignedInCitizen {
        SignedInCitizen(
            session: Identifier(uuid: UUID()), citizen: Identifier(uuid: UUID()),
            taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Mario Rossi", email: nil, provedBy: .mailbox,
            rowVersion: 1)
    }

    static func credential(_ key: APIKey, citizen: SignedInCitizen? = nil, isConfirmed: Bool = true)
        -> RequestCredential
    {
        RequestCredential(key: key, keyDigest: [], citizen: citizen, isConfirmed: isConfirmed)
    }

    static func state(
        path: String = "/v1/positions", from address: String = "192.0.2.1", origin: String? = nil, key: APIKey? = nil
    ) -> RequestState {
        RequestState(
            method: "GET", path: path, template: "/v1/positions", correlation: CorrelationID([.correlationID: "c-1"]),
            clientIP: IPAddress(address), origin: origin, credential: key.map { credential($0) })
    }

    static func configuration(ratePerMinute: Int = 6_000) throws -> APIConfiguration {
        var configuration = APIConfiguration(
            publicURL: "https://pay.example.org",
            contract: try String(contentsOf: Contract.projectFile, encoding: .utf8), version: "1",
            secrets: try SecretsKeys("cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk="))
        configuration.rateLimitPerMinute = ratePerMinute
        return configuration
    }

    static func limits(ratePerMinute: Int) throws -> RateLimits {
        RateLimits(try configuration(ratePerMinute: ratePerMinute)) { now }
    }

    static let links = Links(publicURL: "https://pay.example.org", smartCardURL: "https://pay.example.org")
}

/// Records log lines for a test.
final class LogRecorder: Sendable {
    struct Record: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    private let recorded = Mutex<[Record]>([])

    var records: [Record] { recorded.withLock(\.self) }

    var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let texts = (event.metadata ?? [:]).mapValues { "\($0)" }
            recorder.recorded.withLock {
                $0.append(Record(level: event.level, message: "\(event.message)", metadata: texts))
            }
        }
    }
}
