import Foundation
import TestSupport
import Testing

extension ServerTests {
    /// No caller reaches data of another tenant: every operation of the contract with every kind of caller.
    @Suite struct TenancyTests {
        private static let unknownID = "0199c0de-0000-7000-8000-000000000001"

        @Test func `another tenant's id gets the same response as an unknown id in every operation`() async throws {
            try await Deployment.with { live in
                let world = try await TenantObjects(live)
                for caller in world.strangers {
                    for operation in try Contract.project.get().operations where !operation.isPublic {
                        guard let theirs = world.path(operation), theirs != operation.path else { continue }
                        // A citizen may have debts at any creditor, and may read the data of any creditor.
                        if caller.token != nil, operation.path.contains("{tax_code}") { continue }
                        let unknown = world.unknownPath(operation)
                        let asked = try await world.send(operation, theirs, key: caller.key, headers: caller.headers)
                        let askedUnknown = try await world.send(
                            operation, unknown, key: caller.key, headers: caller.headers)
                        let place = "\(caller.name) \(operation.operationId)"

                        #expect(asked.status == askedUnknown.status, "\(place)")
                        #expect([401, 403, 404].contains(asked.status), "\(place) \(asked.status)")
                        let bodies = [try asked.withoutPlace(), try askedUnknown.withoutPlace()]
                        #expect(bodies[0] == bodies[1], "\(place)")
                        #expect(asked.headers["etag"] == nil, "\(place)")
                    }
                }
                #expect(try await live.status(of: world.position) == "paid")
            }
        }

        @Test func `no list, search, filter or cursor shows another tenant's rows`() async throws {
            try await Deployment.with { live in
                let world = try await TenantObjects(live)
                let own = try await live.call("GET", "/v1/positions?limit=1", key: live.creditorKey)
                let cursor = try #require(try own.json["next_cursor"] as? String)
                let narrowed = [
                    "creditor_tax_code=\(Deployment.creditor)", "iuv=\(world.iuv)", "notice_number=3\(world.iuv)",
                    "limit=100", "include_total=true",
                ]
                for caller in world.strangers where caller.isKey {
                    let foreign = try await live.call(
                        "GET", "/v1/positions?cursor=\(cursor)", key: caller.key, headers: caller.headers)
                    #expect(foreign.status == 400, "\(caller.name)")
                    for query in narrowed {
                        let answers = [
                            try await live.call(
                                "GET", "/v1/positions?\(query)", key: caller.key, headers: caller.headers),
                            try await live.call(
                                "GET", "/v1/receipts?\(query)", key: caller.key, headers: caller.headers),
                        ]
                        for answer in answers {
                            try world.expectNothing(in: answer, "\(caller.name) \(query)")
                        }
                    }
                    for query in ["limit=100", "position_id=\(world.position)", "include_total=true"] {
                        let answer = try await live.call(
                            "GET", "/v1/payment-attempts?\(query)", key: caller.key, headers: caller.headers)
                        try world.expectNothing(in: answer, "\(caller.name) attempts \(query)")
                    }
                    for (path, body) in [
                        ("/v1/positions/search", #"{"debtor_tax_code":"RSSMRA80A01H501U"}"#),
                        ("/v1/positions/search", #"{"q":"\#(world.iuv)"}"#),
                        ("/v1/positions/search", #"{"q":"Mensa"}"#),
                        ("/v1/receipts/search", #"{"tax_code":"RSSMRA80A01H501U"}"#),
                        ("/v1/payment-attempts/search", #"{"payer_tax_code":"RSSMRA80A01H501U"}"#),
                        ("/v1/payment-attempts/search", #"{"iuv":"\#(world.iuv)"}"#),
                    ] {
                        let answer = try await live.call(
                            "POST", path, key: caller.key, json: body, headers: caller.headers)
                        try world.expectNothing(in: answer, "\(caller.name) \(path)")
                    }
                }
            }
        }

        @Test func `another creditor's debt can be neither created nor paid`() async throws {
            try await Deployment.with { live in
                let world = try await TenantObjects(live)
                let open = try await live.position()
                let made = try await live.call(
                    "POST", "/v1/positions", key: world.otherBackOffice,
                    json: """
                        {"creditor_tax_code":"\(Deployment.creditor)","external_id":"X","debt_type":"mensa",
                        "document":{"year":2026,"number":"1"},"description":"Mensa","debtor":{"kind":"person",
                        "tax_code":"RSSMRA80A01H501U","full_name":"Mario"},"lines":[{"description":"P","amount_cents":1}],
                        "installments":[{"amount_cents":1,"due_date":"2030-01-31"}]}
                        """)
                #expect(made.status == 422)
                for notice in ["3\(open.iuv)", "301000000000000043"] {
                    let paid = try await live.call(
                        "POST", "/v1/payment-attempts", key: world.otherFrontEnd,
                        json: """
                            {"installments":[{"creditor_tax_code":"\(Deployment.creditor)","notice_number":"\(notice)"}],
                            "payment_method":"CP","psp_id":"ABCDITMM","channel_id":"12345678903_01",
                            "return_url":"http://localhost:3000/esito"}
                            """, headers: ["Idempotency-Key": UUID().uuidString])
                    let violations = try paid.json["violations"] as? [[String: String]]
                    #expect(paid.status == 422 && violations?.first?["detail"] == "is not known")
                }
                #expect(try await live.status(of: open.id) == "open")
            }
        }

        @Test func `a scope opens the operations of the contract that name it, and no other`() async throws {
            try await Deployment.with { live in
                let world = try await TenantObjects(live)
                let operations = try Contract.project.get().operations.filter { !$0.isPublic && !$0.isSigned }
                for scope in Set(operations.flatMap(\.scopes)).sorted() {
                    let key = try await live.newKey(kind: "ops", scopes: [scope], creditors: [])
                    for operation in operations {
                        let answer = try await world.send(operation, world.unknownPath(operation), key: key)
                        let isOpen = operation.scopes.isEmpty || operation.scopes.contains(scope)
                        let place = "\(scope) \(operation.operationId) \(answer.status)"

                        #expect((answer.status == 403) != isOpen, "\(place)")
                        // Operations about citizens are rejected without a citizen's token, or with a wrong one.
                        #expect(answer.status != 401 || operation.scopes.contains("citizens"), "\(place)")
                        #expect(answer.status < 500, "\(place)")
                    }
                }
            }
        }

        @Test func `the table of roles matches the contract`() throws {
            let roles: [(name: String, scopes: Set<String>)] = [
                ("front end", ["positions:read", "payments:write", "receipts:read", "events:read", "citizens"]),
                (
                    "back office",
                    [
                        "positions:read", "positions:write", "payments:write", "receipts:read", "anomalies:write",
                        "refunds:write", "notifications:read", "notifications:write", "events:read",
                    ]
                ),
                (
                    "ops",
                    [
                        "positions:read", "positions:write", "payments:write", "receipts:read", "anomalies:write",
                        "refunds:write", "notifications:read", "notifications:write", "events:read",
                        "psp-list:write", "citizens", "operations",
                    ]
                ),
                ("citizen", ["positions:read", "payments:write", "receipts:read", "citizens"]),
            ]
            let lines = try Contract.project.get().operations.map { operation in
                let cells = roles.map { role in
                    if operation.isSigned { return "" }
                    if role.name == "back office", operation.scopes.contains("citizens") { return "" }
                    if role.name == "citizen", !operation.isPublic, !operation.takesCitizen { return "" }
                    if operation.isPublic || operation.scopes.isEmpty { return "✓" }
                    return operation.scopes.filter(role.scopes.contains).map { "`\($0)`" }.joined(separator: " or ")
                }
                let psp = operation.isSigned ? "✓" : operation.isPublic ? "✓" : ""
                let anyone = operation.isPublic ? "✓" : ""
                return "| `\(operation.operationId)` | \((cells + [psp, anyone]).joined(separator: " | ")) |"
            }
            let page = try String(contentsOf: Deployment.project.appending(path: "docs/roles.md"), encoding: .utf8)
            let table = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)

            #expect(table == lines, "write these lines into docs/roles.md:\n\(lines.joined(separator: "\n"))")
        }
    }
}

/// One creditor's objects of every kind, and callers of other tenants.
private struct TenantObjects {
    struct OtherTenant {
        let name: String
        let key: String
        var token: String?
        var isKey = true

        var headers: [String: String] { token.map { ["X-Citizen-Token": $0] } ?? [:] }
    }

    let live: Deployment
    let position: String
    let iuv: String
    let otherFrontEnd: String
    let otherBackOffice: String
    let strangers: [OtherTenant]
    private let ids: [String: String]

    static let otherCreditor = "15376371009"

    init(_ live: Deployment) async throws {
        self.live = live
        let paid = try await live.position()
        (position, iuv) = (paid.id, paid.iuv)
        let attempt = try #require(try await live.pay(iuv: iuv).json["id"] as? String)
        let rt = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "MINE"))
        let receipt = try #require(try rt.json["id"] as? String, "\(rt.status)")
        let second = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "TWICE"))
        let anomaly = try #require(try second.json["anomaly_id"] as? String)
        let mail = try #require(try await live.notification(of: position)["id"] as? String)
        let keys = try await live.call("GET", "/v1/api-keys", key: live.opsKey)
        let key = try #require((try keys.json["items"] as? [[String: any Sendable]])?.first?["id"] as? String)
        _ = try await live.call(
            "PUT", "/v1/creditors/\(Self.otherCreditor)", key: live.opsKey,
            json: """
                {"tax_code":"\(Self.otherCreditor)","name":"Altro Comune","aux_digit":3,"segregation_code":"01",
                "iban":"IT60X0542811101000000123456","return_url_origins":["http://localhost:3000"]}
                """)
        otherFrontEnd = try await live.newKey(
            kind: "frontend", scopes: ["positions:read", "payments:write", "receipts:read"],
            creditors: [Self.otherCreditor])
        otherBackOffice = try await live.newKey(
            kind: "creditor",
            scopes: [
                "positions:read", "positions:write", "payments:write", "receipts:read", "anomalies:write",
                "refunds:write", "notifications:read", "notifications:write",
            ], creditors: [Self.otherCreditor])
        let refund = try await live.call(
            "POST", "/v1/refunds", key: live.opsKey, json: #"{"receipt_id":"\#(receipt)","amount_cents":1}"#)
        let refundID = try #require(try refund.json["id"] as? String, "\(refund.status)")
        let sent = try await live.call(
            "POST", "/v1/position-imports?creditor_tax_code=\(Deployment.creditor)", key: live.creditorKey,
            headers: ["Content-Type": "application/x-ndjson"], body: Data("{}\n".utf8))
        let importID = try #require(try sent.json["id"] as? String, "\(sent.status)")
        let batch = try await live.call(
            "POST", "/v1/notices/batches", key: live.creditorKey,
            json: #"{"creditor_tax_code":"\#(Deployment.creditor)","position_ids":["\#(position)"]}"#)
        let batchID = try #require(try batch.json["id"] as? String, "\(batch.status)")
        strangers = [
            OtherTenant(name: "front end", key: otherFrontEnd), OtherTenant(name: "back office", key: otherBackOffice),
            OtherTenant(name: "citizen", key: live.apiKey, token: try await live.session(.anna).access),
            OtherTenant(name: "no key", key: "", isKey: false),
        ]
        ids = [
            "positions": position, "payment-attempts": attempt, "receipts": receipt, "anomalies": anomaly,
            "refunds": refundID, "notifications": mail, "api-keys": key, "webhook-secrets": position,
            "position-imports": importID, "batches": batchID,
        ]
    }

    /// The path of the operation on one of the objects; `nil` if its path contains no id.
    func path(_ operation: Contract.Operation) -> String? {
        guard !operation.isSigned, operation.path.contains("{id}") || operation.path.contains("{tax_code}") else {
            return nil
        }
        let noun = operation.path.split(separator: "/").dropFirst().first { ids[String($0)] != nil }
        return filled(operation.path, id: noun.flatMap { ids[String($0)] } ?? position, creditor: Deployment.creditor)
    }

    func unknownPath(_ operation: Contract.Operation) -> String {
        filled(operation.path, id: "0199c0de-0000-7000-8000-000000000001", creditor: "01234567897")
    }

    private func filled(_ path: String, id: String, creditor: String) -> String {
        path.replacing("{id}", with: id).replacing("{tax_code}", with: creditor).replacing("{key}", with: "mensa")
            .replacing("{psp_id}", with: "ABCDITMM").replacing("{version}", with: "99").replacing(
                "{topic}", with: "payments"
            )
            .replacing("{number}", with: "1").replacing("{external_id}", with: "T-1")
            .replacing("{event_id}", with: "0199c0de-0000-7000-8000-000000000002")
            .replacing("{notice_number}", with: "301000000000000043").replacing(
                "{receipt_id}", with: ids["receipts"] ?? id)
    }

    /// Sends the contract's example body with the headers that a write needs.
    func send(_ operation: Contract.Operation, _ path: String, key: String, headers given: [String: String] = [:])
        async throws -> Deployment.Answer
    {
        var headers = given.merging(["Idempotency-Key": UUID().uuidString]) { $1 }
        if !key.isEmpty { headers["Authorization"] = "Bearer \(key)" }
        // A logo has no version, so its PUT rejects every If-Match.
        if operation.method == "PATCH" || operation.method == "PUT", operation.operationId != "save_logo" {
            headers["If-Match"] = "\"1\""
        }
        if let example = operation.requestExample { headers["Content-Type"] = example.mediaType }
        let body = operation.requestExample.map { Data($0.body.utf8) } ?? (operation.method == "POST" ? Data() : nil)
        return try await live.send(operation.method, url: live.api + path, headers: headers, body: body)
    }

    func expectNothing(in answer: Deployment.Answer, _ place: String) throws {
        if answer.status == 403 { return }
        #expect(answer.status == 200, "\(place) \(answer.status)")
        let json = try answer.json
        #expect((json["items"] as? [any Sendable])?.isEmpty == true, "\(place)")
        #expect(json["total_count"] as? Int ?? 0 == 0, "\(place)")
    }
}

extension Deployment.Answer {
    /// The body without the members that identify the request.
    fileprivate func withoutPlace() throws -> String {
        guard !body.isEmpty else { return "" }
        var fields = try json
        fields["instance"] = nil
        fields["correlation_id"] = nil
        return String(decoding: try JSONSerialization.data(withJSONObject: fields, options: .sortedKeys), as: UTF8.self)
    }
}

extension Deployment {
    func newKey(kind: String, scopes: [String], creditors: [String]) async throws -> String {
        let list = { (items: [String]) in "[" + items.map { "\"\($0)\"" }.joined(separator: ",") + "]" }
        let made = try await call(
            "POST", "/v1/api-keys", key: opsKey,
            json: #"{"name":"t","kind":"\#(kind)","scopes":\#(list(scopes)),"creditors":\#(list(creditors))}"#)
        return try #require(try made.json["key"] as? String)
    }
}
