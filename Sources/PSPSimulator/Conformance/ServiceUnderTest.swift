import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The service whose webhook is graded.
struct ServiceUnderTest: Sendable {
    static let timeoutSeconds = 30.0
    static let amountCents: Int64 = 4_550

    /// A debt that was created for one check.
    struct Debt: Decodable, Sendable {
        struct Installment: Decodable, Sendable {
            let iuv: String
            let noticeNumber: String

            enum CodingKeys: String, CodingKey {
                case iuv
                case noticeNumber = "notice_number"
            }
        }

        let id: String
        let status: String
        let installments: [Installment]
    }

    struct Answer: Sendable {
        let status: Int
        let contentType: String
        let body: Data

        /// A member of the JSON body whose value is a text.
        func text(_ member: String) -> String? { object?[member] as? String }

        /// The number of items of a member of the JSON body.
        func count(_ member: String) -> Int { (object?[member] as? [Any])?.count ?? 0 }

        private var object: [String: Any]? { (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] }
    }

    let base: String
    let psp: String
    let signer: WebhookSigner
    let key: String
    let creditor: String
    let debtType: String
    private let session: URLSession

    init(base: String, psp: String, signer: WebhookSigner, key: String, creditor: String, debtType: String) {
        self.base = base
        self.psp = psp
        self.signer = signer
        self.key = key
        self.creditor = creditor
        self.debtType = debtType
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = Self.timeoutSeconds
        session = URLSession(configuration: configuration, delegate: RedirectRefusal(), delegateQueue: nil)
    }

    static var now: Int64 { Int64(exactly: Date.now.timeIntervalSince1970.rounded(.down)) ?? 0 }

    /// The signature headers of a message.
    func signed(_ body: [UInt8], id: String = newID(), skewSeconds: Int64 = 0) -> [String: String] {
        signer.headers(id: id, unixSeconds: Self.now + skewSeconds, body: body)
    }

    static func newID() -> String { "msg_" + UUID().uuidString.lowercased() }

    /// Posts a message to the webhook.
    /// - Parameter headers: `nil`: the right ones.
    func post(
        _ body: [UInt8], type: String = "application/json", headers: [String: String]? = nil, as psp: String? = nil
    )
        async throws -> Answer
    {
        var all = headers ?? signed(body)
        all["content-type"] = type
        return try await send("POST", "/v1/psps/\(psp ?? self.psp)/receipts", body: body, headers: all)
    }

    func post(_ rt: SampleRT) async throws -> Answer { try await post(rt.json) }

    /// A new debt of `amountCents`.
    func debt() async throws -> Debt {
        let number = UUID().uuidString.lowercased()
        let due = Date(timeIntervalSince1970: Double(Self.now + 30 * 86_400)).formatted(.iso8601.year().month().day())
        let body = """
            {"creditor_tax_code": "\(creditor)", "external_id": "CONFORMANCE-\(number)", "debt_type": "\(debtType)",
            "document": {"year": 2026, "number": "\(number.prefix(13))"}, "description": "Prova di conformità",
            "debtor": {"kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Rossi"},
            "lines": [{"description": "Prova", "amount_cents": \(Self.amountCents)}],
            "installments": [{"amount_cents": \(Self.amountCents), "due_date": "\(due)"}]}
            """
        return try debt(in: await call("POST", "/v1/positions", body: Array(body.utf8)), 201)
    }

    func status(of debt: Debt) async throws -> String {
        try self.debt(in: await call("GET", "/v1/positions/\(debt.id)"), 200).status
    }

    func cancel(_ debt: Debt) async throws {
        _ = try self.debt(in: await call("POST", "/v1/positions/\(debt.id)/cancel"), 200)
    }

    private func debt(in answer: Answer, _ status: Int) throws -> Debt {
        guard answer.status == status, let debt = try? JSONDecoder().decode(Debt.self, from: answer.body),
            !debt.installments.isEmpty
        else { throw Fault("the debt for this check: status \(answer.status), \(answer.text("detail") ?? "")") }
        return debt
    }

    /// A request with the API key.
    private func call(_ method: String, _ path: String, body: [UInt8]? = nil) async throws -> Answer {
        try await send(
            method, path, body: body, headers: ["authorization": "Bearer \(key)", "content-type": "application/json"])
    }

    func send(_ method: String, _ path: String, body: [UInt8]?, headers: [String: String]) async throws -> Answer {
        guard let url = URL(string: base + path) else { throw Fault("\(path) is not a path") }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body.map { Data($0) }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response): (Data, URLResponse)
        do { (data, response) = try await session.data(for: request) } catch { throw Fault("no response: \(error)") }
        guard let http = response as? HTTPURLResponse else { throw Fault("no response of HTTP") }
        return Answer(
            status: http.statusCode, contentType: http.value(forHTTPHeaderField: "content-type") ?? "", body: data)
    }
}

extension ServiceUnderTest.Debt {
    var iuv: String { installments.first?.iuv ?? "" }
    var noticeNumber: String { installments.first?.noticeNumber ?? "" }
}
