import JSON

/// What an API key may do, as the service names it.
enum Scope: String, Sendable, CaseIterable {
    case positionsRead = "positions:read"
    case positionsWrite = "positions:write"
    case receiptsRead = "receipts:read"
    case anomaliesWrite = "anomalies:write"
    case refundsWrite = "refunds:write"
    case notificationsRead = "notifications:read"
    case notificationsWrite = "notifications:write"
    case pspListWrite = "psp-list:write"
    case operations
}

/// The API key with which a staff member signed in. It is only in the encrypted cookie of the desk.
struct StaffKey: Sendable, Equatable {
    let secret: String
    let name: String
    let scopes: Set<Scope>

    init(secret: String, name: String, scopes: Set<Scope>) {
        self.secret = secret
        self.name = name
        self.scopes = scopes
    }

    /// From the answer of `GET /v1/me/key`; nil for keys of front ends and web pages, which are not for staff.
    init?(secret: String, _ json: JSONValue) {
        guard ["creditor", "test", "ops"].contains(json.text("kind")) else { return nil }
        self.init(
            secret: secret, name: json.text("name") ?? "", scopes: Set(json.strings("scopes").compactMap(Scope.init)))
    }

    /// Whether the key has one of the scopes; an empty list needs none.
    func allows(_ scopes: [Scope]) -> Bool { scopes.isEmpty || !self.scopes.isDisjoint(with: scopes) }
}
