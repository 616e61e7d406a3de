import Accounts
import Operations
import PagoPA
import Postgres
import Requests
import Testing

/// Names and rights of API keys that change without a new secret.
@Suite(.serialized) struct ChangeKeyTests {
    private func made(_ service: Intermediary, kind: CallerKind = .frontend) async throws -> MadeAPIKey {
        let made = try await service.callers.makeAPIKey(
            APIKeyRequest(
                name: "Portale", kind: kind, scopes: [.positionsRead], creditors: [TestIntermediary.comune],
                expiresAt: nil), by: .ops)
        guard case .done(let key) = made else { throw TestIntermediary.Unexpected() }
        return key
    }

    private func rights(
        _ name: String = "Portale", _ scopes: [Scope] = [.positionsRead],
        _ creditors: [OrganizationTaxCode] = [TestIntermediary.comune], _ origins: [WebOrigin] = []
    ) -> Result<APIKeyRequest, any Error> {
        .success(
            APIKeyRequest(
                name: name, kind: .frontend, scopes: scopes, creditors: creditors, allowedOrigins: origins,
                expiresAt: nil))
    }

    private func notes(_ test: TestIntermediary) async throws -> [String] {
        try await test.ask("SELECT note FROM journal WHERE kind = 'key_changed' ORDER BY id")
    }

    @Test func `a cached key has its new rights in the next transaction, and the journal names what changed`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let other = try test.instance()
            let key = try await made(service)
            _ = try await other.callers.authenticate(token: key.secret)

            let both = [TestIntermediary.comune, TestIntermediary.provincia]
            let changed = try await service.callers.changeAPIKey(
                key.key.id, to: rights("Portale", [.receiptsRead], both), by: .ops)
            #expect(changed.scopes == [.receiptsRead] && changed.creditors == both && changed.name == "Portale")
            #expect(changed.rowVersion == 2)

            let stale = try await other.callers.authenticate(token: key.secret, fromMemory: true)
            await #expect(throws: CredentialChanged.self) { try await other.callers.confirm(stale) }
            let fresh = try await other.callers.authenticate(token: key.secret)
            #expect(fresh.key.scopes == [.receiptsRead])

            let again = try await service.callers.changeAPIKey(
                key.key.id, to: rights("Portale", [.receiptsRead], both), by: .ops)
            #expect(again.rowVersion == 2, "a repeat changes nothing")
            #expect(try await notes(test) == ["\(key.key.prefix) scopes creditors"])
        }
    }

    @Test func `the rules of a new key hold for a changed one`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let key = try await made(service)
            let unknown = try OrganizationTaxCode("15376371009")
            for (wanted, pointer) in [
                (rights("x", [.operations]), "/scopes"), (rights("x", []), "/scopes"),
                (rights("x", [.positionsWrite]), "/scopes"), (rights("x", [.positionsRead], []), "/creditors"),
                (rights("x", [.positionsRead], [unknown]), "/creditors/0"),
            ] {
                do {
                    _ = try await service.callers.changeAPIKey(key.key.id, to: wanted, by: .ops)
                    Issue.record("accepted: \(wanted)")
                } catch Refusal.invalid(let faults) { #expect(faults.map(\.pointer) == [pointer]) }
            }
            #expect(try await service.callers.showAPIKey(key.key.id, for: .ops).name == "Portale")
        }
    }

    @Test func `a revoked key cannot be changed, and a failed precondition changes nothing`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let key = try await made(service)
            let stored = try await service.callers.showAPIKey(key.key.id, for: .ops)
            await #expect(throws: Refusal.preconditionFailed) {
                try await service.callers.changeAPIKey(
                    key.key.id, to: rights("Altro"), by: .ops, demanding: Precondition(.failed, on: stored))
            }
            try await service.callers.revokeAPIKey(key.key.id, by: .ops)
            await #expect(throws: Refusal.notFound) {
                try await service.callers.changeAPIKey(key.key.id, to: rights("Altro"), by: .ops)
            }
            #expect(try await service.callers.showAPIKey(key.key.id, for: .ops).name == "Portale")
        }
    }
}
