import Accounts
import HTTPTypes
import PagoPA
import Requests
import Synchronization
import Testing

@testable import API

@Suite struct AuthenticationTests {
    /// Counts how often the key was looked up; only `good` is valid.
    private final class Keys: Sendable {
        let key = Sample.key()
        private let lookUps = Mutex(0)
        var count: Int { lookUps.withLock(\.self) }

        func find(_ token: String) throws -> APIKey {
            lookUps.withLock { $0 += 1 }
            guard token == "good" else { throw Refusal.unauthenticated }
            return key
        }
    }

    private func authentication(_ keys: Keys, ratePerMinute: Int = 100) throws -> Authentication {
        Authentication(
            limits: try Sample.limits(ratePerMinute: ratePerMinute), clock: { Sample.now },
            findKey: { token, _ in Sample.credential(try keys.find(token)) },
            findCitizen: { token, key, _ in
                guard token == "citizen" else { throw Refusal.citizenTokenInvalid }
                return Sample.credential(key.key, citizen: try Sample.citizen())
            })
    }

    @Test func `a valid key is the caller, and counts against its own limit`() async throws {
        let keys = Keys()
        let step = try authentication(keys)
        var state = Sample.state()

        try await step.authenticate([.authorization: "Bearer good"], &state, fromMemory: true)

        #expect(state.key == keys.key)
        #expect(state.rate?.limit == 100 && state.rate?.remaining == 99)
        #expect(state.consumer == "key:qz_sample")
    }

    @Test(arguments: ["", "Bearer", "Basic good", "Bearer bad", "Bearer " + String(repeating: "x", count: 512)])
    func `any other header gets 401 and counts against the address`(header: String) async throws {
        let step = try authentication(Keys())
        var state = Sample.state()

        await #expect(throws: Refusal.unauthenticated) {
            try await step.authenticate([.authorization: header], &state, fromMemory: true)
        }

        #expect(state.key == nil && state.rate?.remaining == 99)
    }

    @Test func `an address over its limit causes no database lookup, but a known key does`()
        async throws
    {
        let keys = Keys()
        let step = try authentication(keys, ratePerMinute: 3)
        var state = Sample.state()
        try await step.authenticate([.authorization: "Bearer good"], &state, fromMemory: true)
        for _ in 0..<3 { try? await step.authenticate([.authorization: "Bearer bad"], &state, fromMemory: true) }
        let before = keys.count

        let problem = await #expect(throws: Problem.self) {
            try await step.authenticate([.authorization: "Bearer other"], &state, fromMemory: true)
        }
        #expect(problem?.kind == .tooManyRequests && keys.count == before)
        try await step.authenticate([.authorization: "Bearer good"], &state, fromMemory: true)
        #expect(state.key == keys.key)
    }

    @Test func `a citizen's token beside the key makes the caller that citizen`() async throws {
        let keys = Keys()
        let step = try authentication(keys)

        let key = Sample.credential(keys.key)
        func citizen(_ headers: HTTPFields) async throws -> SignedInCitizen? {
            try await step.withCitizen(key, headers, fromMemory: true).citizen
        }

        #expect(try await citizen([:]) == nil)
        #expect(try await citizen([.citizenToken: "citizen"])?.fullName == "Mario Rossi")
        await #expect(throws: Refusal.citizenTokenInvalid) { try await citizen([.citizenToken: "other"]) }
    }

    @Test func `a key that was valid recently is known for a limited time`() {
        let keys = RecentlyValidKeys()
        keys.record("Bearer a", at: Sample.now)
        #expect(keys.contains("Bearer a", at: Sample.now.adding(seconds: 60)))
        #expect(!keys.contains("Bearer b", at: Sample.now))
        #expect(!keys.contains("Bearer a", at: Sample.now.adding(seconds: 600)))
    }
}
