import Accounts
import Addresses
import Cryptography
import Foundation
import HTTPTypes
import JSON
import Logging
import NIOEmbedded
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Testing

@testable import API

/// Calls the handlers of the routes without a server. Their database is closed, so a request that a handler accepts ends in the
/// operation.
struct RouteRunner {
    private struct Unused: Error {}

    enum Outcome: Equatable, CustomStringConvertible {
        /// The handler has read the request and called its operation.
        case operation
        /// The code of the problem, and its violations as `pointer code`.
        case problem(String, [String])
        case reply(Reply)

        var description: String {
            switch self {
            case .operation: "operation"
            case .problem(let code, let violations): "\(code) \(violations)"
            case .reply(let reply): "\(reply.status.code) \(String(decoding: reply.body, as: UTF8.self))"
            }
        }

        static func invalid(_ violations: String...) -> Outcome { .problem("invalid-request", violations) }
    }

    /// Its operations never end well, so all tests can share one.
    static let shared = Task { try await RouteRunner() }

    let routes: [Route]
    let cursorAuthenticator: Authenticator

    init() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let pool = Pool(
            configuration: PoolConfiguration(url: "postgres://localhost/none", maximumConnections: 1), logger: logger)
        let configuration = try Sample.configuration()
        let intermediary = Intermediary(
            store: Store(pool: pool),
            externalServices: ExternalServices(
                startPayment: { _, _ in throw Unused() }, cancelPayment: { _ in throw Unused() },
                callWebhook: { _ in throw Unused() },
                deliver: { _, _, _, _ in throw Unused() }, checkURL: { _ in }, drawReceipt: { _ in [] },
                drawNotice: { _ in [] }),
            settings: Intermediary.Settings(
                publicURL: "http://localhost", mailFrom: try EmailAddress("quietanza@example.org")),
            secrets: configuration.secrets, logger: logger, clock: { Sample.now })
        let state = ServiceState(metrics: { "" }, migrationsAreCurrent: { true })
        routes = API(intermediary, configuration: configuration, service: state, logger: logger).routes
        cursorAuthenticator = CursorCodec.authenticator(configuration.secrets)
        await pool.shutdown()
    }

    func route(_ operation: String) throws -> Route {
        try #require(routes.first { $0.operation == operation }, "\(operation)")
    }

    /// The parameters of a path: ids that a caller may send.
    static let parameters = [
        "id": "0199c0de-0000-7000-8000-000000000001", "attempt_id": "0199c0de-0000-7000-8000-000000000002",
        "receipt_id": "0199c0de-0000-7000-8000-000000000003", "tax_code": "12345678903", "psp_id": "ABCDITMM",
        "number": "1", "key": "mensa", "version": "1", "topic": "payments", "external_id": "M-1",
        "notice_number": "301000000000000144", "code": "not-found", "file": "x",
        "token": String(repeating: "A", count: 56),
    ]

    /// Sends a request as a caller with every right.
    func send(
        _ operation: String, body: [UInt8] = [], headers: HTTPFields = [:],
        query: [(name: String, value: String)] = [], parameters: [String: String] = [:], accept: String = ""
    ) async throws -> Outcome {
        let route = try route(operation)
        let content = RequestContent(
            method: route.method, path: route.path,
            parameters: Self.parameters.merging(parameters) { _, new in new }, query: query, headers: headers,
            accept: Accept(accept), body: body, peer: Peer(address: IPAddress("192.0.2.1"), channel: EmbeddedChannel()),
            clientAddress: try ClientAddress("192.0.2.1"), cursorAuthenticator: cursorAuthenticator,
            exports: ExportLimits())
        do {
            return .reply(try await route.handle(content, try caller(of: route)))
        } catch let problem as Problem {
            return Self.outcome(problem)
        } catch Refusal.idTokenRefused {
            // The operation reads the token before it asks the database.
            return .operation
        } catch let refusal as Refusal {
            return Self.outcome(Problem(refusal))
        } catch { return .operation }
    }

    private static func outcome(_ problem: Problem) -> Outcome {
        .problem(problem.kind.code, problem.violations.map { "\($0.pointer) \($0.code)" })
    }

    private func caller(of route: Route) throws -> AuthenticatedCaller {
        switch route.access {
        case .open: .anonymous
        case .psp: .psp(try PSPID("ABCDITMM"))
        case .key(_, let forCitizen):
            .key(
                Caller(
                    key: Sample.key(Scope.allCases, kind: .ops), citizen: forCitizen ? try Sample.citizen() : nil))
        }
    }

    /// Sends JSON with the headers that the operation needs.
    func send(json: JSONValue, to operation: String) async throws -> Outcome {
        var writer = JSONWriter()
        writer.value(json)
        return try await send(operation, body: writer.bytes, headers: try Self.headers(of: route(operation)))
    }

    static func headers(of route: Route) -> HTTPFields {
        var headers: HTTPFields = [
            .contentType: route.method == .patch ? "application/merge-patch+json" : "application/json"
        ]
        if route.method == .patch { headers[.ifMatch] = "*" }
        if ["start_payment_attempt", "request_position"].contains(route.operation) { headers[.idempotencyKey] = "k-1" }
        return headers
    }
}

extension JSONValue {
    init(_ text: String) throws { self = try JSONValue.parse(Array(text.utf8)) }

    /// The value with the part at this pointer replaced, or removed for `nil`.
    func replacing(_ pointer: ArraySlice<String>, with new: JSONValue?) -> JSONValue? {
        guard let name = pointer.first else { return new }
        let rest = pointer.dropFirst()
        switch self {
        case .object(let members):
            var changed = members.compactMap { member -> Member? in
                guard member.key == name else { return member }
                return member.value.replacing(rest, with: new).map { Member(name, $0) }
            }
            if !members.contains(where: { $0.key == name }), let new { changed.append(Member(name, new)) }
            return .object(changed)
        case .array(let items):
            return .array(
                items.enumerated().compactMap { index, item in
                    String(index) == name ? item.replacing(rest, with: new) : item
                })
        case .null, .bool, .integer, .number, .string: return self
        }
    }

    /// The pointers of all members and items below this value, with their values.
    func parts(at path: [String] = []) -> [(path: [String], value: JSONValue)] {
        switch self {
        case .object(let members):
            members.flatMap { [(path + [$0.key], $0.value)] + $0.value.parts(at: path + [$0.key]) }
        case .array(let items):
            items.enumerated().flatMap { index, item in
                [(path + [String(index)], item)] + item.parts(at: path + [String(index)])
            }
        case .null, .bool, .integer, .number, .string: []
        }
    }
}
