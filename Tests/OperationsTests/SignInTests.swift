import Accounts
import Cryptography
import Operations
import PagoPA
import Postgres
import Requests
import Testing

/// Many concurrent sign-ins.
@Suite struct SignInTests {
    private enum Outcome: Hashable { case looked, busy, other }

    /// Each sign-in uses another name and another address.
    private func crowd(_ count: Int, at intermediary: Intermediary, through frontEnd: Caller) async -> [Outcome: Int] {
        await withTaskGroup(of: Outcome.self) { group in
            for number in 0..<count {
                group.addTask {
                    do {
                        _ = try await intermediary.citizens.openSession(
                            username: "unknown\(number)@example.org", password: "quattro gatti sul tetto",
                            from: ClientAddress("10.0.0.\(number)"), by: frontEnd)
                        return .other
                    } catch Refusal.signInFailed { return .looked } catch Refusal.busy { return .busy } catch {
                        return .other
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
    }

    @Test func `a sign-in that is refused as busy is not counted as a guess and needs no database query`()
        async throws
    {
        try await TestIntermediary.with { test in
            let intermediary = try test.instance()
            defer { intermediary.citizens.passwords.stop() }

            let frontEnd = Caller.frontEnd
            let outcomes = await crowd(200, at: intermediary, through: frontEnd)

            let looked = outcomes[.looked, default: 0]
            #expect(
                looked >= PasswordHashing.permitsPerKey && outcomes[.busy, default: 0] == 200 - looked && looked < 200,
                "\(outcomes)")
            // One counter for the name, one for the pair of name and address.
            #expect(try await test.ask("SELECT count(*)::text FROM throttles") == ["\(2 * looked)"])
            // All permits are free again.
            #expect(await crowd(1, at: intermediary, through: frontEnd) == [.looked: 1])
        }
    }

    @Test func `a flood of sign-ins at one front end refuses none at another`() async throws {
        try await TestIntermediary.with { test in
            let intermediary = try test.instance()
            defer { intermediary.citizens.passwords.stop() }
            let (flooded, other) = (Caller.frontEnd, Caller.frontEnd)

            async let flood = crowd(200, at: intermediary, through: flooded)
            var seen: [Outcome: Int] = [:]
            for _ in 0..<10 {
                for (outcome, count) in await crowd(1, at: intermediary, through: other) {
                    seen[outcome, default: 0] += count
                }
            }

            // Guesses for one name are throttled eventually. The test checks that none was refused because of a missing permit.
            #expect(seen[.busy] == nil, "\(seen)")
            #expect(await flood[.busy, default: 0] > 0)
        }
    }
}

extension Caller {
    fileprivate static var frontEnd: Caller {
        var random = SystemRandomNumberGenerator()
        return Caller(
            key: APIKey(
                id: Identifier.make(at: Instant(microseconds: 0), random: &random), name: "portal", kind: .frontend,
                prefix: "qz_portal", scopes: [.citizens], creditors: [], createdAt: Instant(microseconds: 0)))
    }
}
