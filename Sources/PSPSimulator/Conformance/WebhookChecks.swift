import Foundation

/// The checks of a service's webhook, in the order in which they run.
enum WebhookChecks {
    struct Check: Sendable {
        let name: String
        /// Throws a `Fault`.
        let run: @Sendable (ServiceUnderTest) async throws -> Void

        init(_ name: String, _ run: @escaping @Sendable (ServiceUnderTest) async throws -> Void) {
            self.name = name
            self.run = run
        }
    }

    static let all = signatures + repeats + outcomes + spellings + faultyBodies

    /// - Parameter report: called after each check.
    static func run(on service: ServiceUnderTest, report: (Finding) -> Void) async -> [Finding] {
        var findings: [Finding] = []
        for check in all {
            var fault: String?
            do { try await check.run(service) } catch { fault = "\(error)" }
            let finding = Finding(name: check.name, fault: fault)
            report(finding)
            findings.append(finding)
        }
        return findings
    }

    static func expect(_ answer: ServiceUnderTest.Answer, _ status: Int, disposition: String? = nil) throws {
        guard answer.status == status else { throw Fault("expected \(status), got \(answer.status)") }
        guard let disposition else { return }
        let got = answer.text("disposition") ?? "none"
        guard got == disposition else { throw Fault("expected the disposition \(disposition), got \(got)") }
    }

    static func expect(_ condition: Bool, _ fault: String) throws {
        guard condition else { throw Fault(fault) }
    }

    // MARK: Signatures

    private static func refusal(
        _ name: String, _ headers: @escaping @Sendable (ServiceUnderTest, [UInt8]) -> [String: String]
    ) -> Check {
        Check(name) { service in
            let body = SampleRT(service, iuv: "01000000000000000").json
            let answer = try await service.post(body, headers: headers(service, body))
            try expect(answer, 401)
            try expect(answer.contentType.hasPrefix("application/problem+json"), "401 without application/problem+json")
        }
    }

    private static func acceptance(
        _ name: String, _ headers: @escaping @Sendable (ServiceUnderTest, [UInt8]) -> [String: String]
    ) -> Check {
        Check(name) { service in
            let body = SampleRT(service, iuv: try await service.debt().iuv).json
            try expect(await service.post(body, headers: headers(service, body)), 201, disposition: "settled")
        }
    }

    static let signatures: [Check] = [
        acceptance("a right signature is accepted") { $0.signed($1) },
        acceptance("a timestamp 4 minutes old is accepted") { $0.signed($1, skewSeconds: -240) },
        acceptance("one right signature of two is enough") { service, body in
            var headers = service.signed(body)
            headers["webhook-signature"] = "v1,bm90aGluZw== " + (headers["webhook-signature"] ?? "")
            return headers
        },
        refusal("a wrong signature is refused") { service, body in service.signed(body + [0x20]) },
        refusal("a signature of another id is refused") { service, body in
            service.signed(body).merging(["webhook-id": "msg_other"]) { $1 }
        },
        refusal("a signature of another time is refused") { service, body in
            service.signed(body).merging(["webhook-timestamp": "\(ServiceUnderTest.now - 60)"]) { $1 }
        },
        refusal("a timestamp 10 minutes old is refused") { $0.signed($1, skewSeconds: -600) },
        refusal("a timestamp 10 minutes ahead is refused") { $0.signed($1, skewSeconds: 600) },
        refusal("a timestamp in milliseconds is refused") { service, body in
            service.signer.headers(id: "msg_1", unixSeconds: ServiceUnderTest.now * 1_000, body: body)
        },
        refusal("a signature of another version is refused") { service, body in
            service.signed(body).mapValues { $0.hasPrefix("v1,") ? "v2," + $0.dropFirst(3) : $0 }
        },
        refusal("a message without headers is refused") { _, _ in [:] },
        refusal("a message without an id is refused") { $0.signed($1).filter { $0.key != "webhook-id" } },
        refusal("a message without a timestamp is refused") { $0.signed($1).filter { $0.key != "webhook-timestamp" } },
        refusal("a message without a signature is refused") { $0.signed($1).filter { $0.key != "webhook-signature" } },
        refusal("an id with a dot is refused") { service, body in service.signed(body, id: "msg.1") },
        Check("a signature of another PSP is refused") { service in
            let body = SampleRT(service, iuv: "01000000000000000").json
            try expect(await service.post(body, as: "NOBODYXX"), 401)
        },
    ]

    // MARK: Repeats

    private static func repeated(
        _ name: String,
        _ again: @escaping @Sendable (ServiceUnderTest, SampleRT) async throws -> ServiceUnderTest.Answer
    ) -> Check {
        Check(name) { service in
            let rt = SampleRT(service, iuv: try await service.debt().iuv)
            let first = try await service.post(rt)
            try expect(first, 201, disposition: "settled")
            let second = try await again(service, rt)
            try expect(second, 200)
            try expect(first.body == second.body, "the repeat had another body than the first response")
        }
    }

    static let repeats: [Check] = [
        Check("the same message twice has the first response") { service in
            let body = SampleRT(service, iuv: try await service.debt().iuv).json
            let headers = service.signed(body)
            let first = try await service.post(body, headers: headers)
            try expect(first, 201)
            let second = try await service.post(body, headers: headers)
            try expect(second, 200)
            try expect(first.body == second.body, "the repeat had another body than the first response")
        },
        repeated("the same RT under another id is a repeat") { service, rt in try await service.post(rt) },
        repeated("the same RT in another spelling is a repeat") { service, rt in try await service.post(rt.respelled) },
        Check("the same RT five times at once is stored once") { service in
            let body = SampleRT(service, iuv: try await service.debt().iuv).json
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<5 { group.addTask { try await service.post(body).status } }
                return try await group.reduce(into: []) { $0.append($1) }.sorted()
            }
            try expect(statuses == [200, 200, 200, 200, 201], "the statuses were \(statuses)")
        },
        Check("another RT under the same webhook id is accepted") { service in
            for _ in 0..<2 {
                let body = SampleRT(service, iuv: try await service.debt().iuv).json
                let headers = service.signed(body, id: "msg_same")
                try expect(await service.post(body, headers: headers), 201, disposition: "settled")
            }
        },
        Check("the same receipt id with another amount is a conflict, and the first RT counts") { service in
            let debt = try await service.debt()
            let rt = SampleRT(service, iuv: debt.iuv)
            try expect(await service.post(rt), 201)
            try expect(await service.post(rt.paying(1)), 409)
            try expect(await service.post(rt), 200)
            try expect(await service.status(of: debt) == "paid", "the debt is no longer paid")
        },
    ]
}
