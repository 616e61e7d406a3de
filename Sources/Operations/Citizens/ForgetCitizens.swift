import PagoPA
import Storage

extension Intermediary {
    /// Ended and expired sessions are of use to whoever looks into a theft.
    package static let sessionMemorySeconds = 2_592_000
    /// Longer than any wait.
    package static let throttleMemorySeconds = 86_400
    /// How long an address from which somebody got in is known.
    package static let knownAddressSeconds = 2_592_000

    /// Registrations that nobody verified, codes, sessions and throttles past their time.
    /// - Returns: whether there may be more to forget.
    package func forgetCitizens() async throws -> Bool {
        let limit = 1_000
        let now = clock()
        let counts = try await store.transaction(within: .everyCreditor) { tx in
            [
                try await tx.forgetMailTokens(before: now, limit: limit),
                try await tx.forgetRegistrations(
                    before: now.adding(seconds: -Self.registrationLifeSeconds), limit: limit),
                try await tx.forgetSessions(before: now.adding(seconds: -Self.sessionMemorySeconds), limit: limit),
                try await tx.forgetSmartCardTickets(
                    before: now.adding(seconds: -SmartCardTicket.codeLifeSeconds), limit: limit),
                try await tx.forgetThrottles(
                    before: now.adding(seconds: -Self.throttleMemorySeconds),
                    known: now.adding(seconds: -Self.knownAddressSeconds), limit: limit),
            ]
        }
        return counts.contains(limit)
    }
}
