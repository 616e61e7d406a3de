import Accounts
import Foundation
import PagoPA
import Testing

@Suite struct ScopeTests {
    @Test func `a front end that may start payments may sign in citizens, but a back office may not`() throws {
        func key(_ kind: CallerKind, _ scopes: [Scope]) throws -> APIKey {
            APIKey(
                id: Identifier(uuid: UUID()), name: "k", kind: kind, prefix: "p", scopes: scopes, creditors: [],
                createdAt: Instant(microseconds: 0))
        }

        #expect(try key(.frontend, [.paymentsWrite]).holds(.citizens))
        #expect(try key(.frontend, [.citizens]).holds(.citizens))
        #expect(try !key(.frontend, [.citizens]).holds(.paymentsWrite))
        #expect(try !key(.frontend, [.positionsRead, .receiptsRead]).holds(.citizens))
        #expect(try !key(.creditor, [.paymentsWrite]).holds(.citizens))
    }
}
