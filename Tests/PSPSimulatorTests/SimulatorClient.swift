import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport

@testable import PSPSimulator

/// The simulator's routes without a socket, and what a service sends them.
struct SimulatorClient {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let publicURL = "http://127.0.0.1:8090"

    struct Answer {
        let status: Int
        let headers: HTTPFields
        let text: String

        /// The body as an object; empty if it is none.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
        }
    }

    let book: PaymentStore
    let provider: IdentityProvider
    private let client: any TestClientProtocol

    static func with(_ body: @escaping @Sendable (SimulatorClient) async throws -> Void) async throws {
        let book = PaymentStore()
        let provider = IdentityProvider(publicURL: publicURL)
        let portal = Portal(book: book, courier: Courier(), secrets: try Secrets(secret))
        let routes = PortalRoutes(portal: portal, provider: provider, publicURL: publicURL)
        try await Application(router: routes.router()).test(.router) { client in
            try await body(SimulatorClient(book: book, provider: provider, client: client))
        }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String = "", headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await client.execute(uri: path, method: method, headers: headers, body: ByteBuffer(string: body)) {
            Answer(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body))
        }
    }

    func get(_ path: String, headers: HTTPFields = [:]) async throws -> Answer {
        try await send(.get, path, headers: headers)
    }

    func form(_ path: String, _ fields: String, accept: String? = nil) async throws -> Answer {
        var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        headers[.accept] = accept
        return try await send(.post, path, fields, headers: headers)
    }

    /// A post that the service has signed.
    func signed(_ path: String, _ body: String, secret: String = SimulatorClient.secret, age: Int64 = 0) async throws
        -> Answer
    {
        var headers: HTTPFields = [.contentType: "application/json"]
        let now = Int64(Date.now.timeIntervalSince1970) - age
        for (name, value) in try WebhookSigner(secret: secret).headers(
            id: "msg_1", unixSeconds: now, body: Array(body.utf8))
        {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return try await send(.post, path, body, headers: headers)
    }

    static let startPath = "/psps/ABCDITMM/channels/12345678903_01/start"

    /// Starts a payment and returns its id.
    func start(_ call: String) async throws -> String {
        let answer = try await signed(Self.startPath, call)
        return (answer.json["redirect_url"] as? String)?.split(separator: "/").last.map(String.init) ?? ""
    }
}

/// The body of a start call whose members tests replace.
struct StartBody {
    var attempt = "0199b0aa-1111-7abc-8def-001122334455"
    var installments = [
        #"{"iuv": "01000000000000101", "notice_number": "301000000000000101", "amount_cents": 5980, "description": "Mensa"}"#
    ]
    var amount = "5980"
    var fee = "150"
    var returnURL = "http://127.0.0.1:8080/return/x"
    var receiptsURL = "http://127.0.0.1:9/receipts"
    var outcomesURL = "http://127.0.0.1:9/outcomes"

    var text: String {
        """
        {"attempt_id": "\(attempt)", "creditor": {"tax_code": "12345678903", "name": "Comune <b>"},
        "installments": [\(installments.joined(separator: ","))], "amount_cents": \(amount), "fee_cents": \(fee),
        "return_url": "\(returnURL)", "receipts_url": "\(receiptsURL)", "outcomes_url": "\(outcomesURL)"}
        """
    }
}
