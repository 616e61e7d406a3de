import Accounts
import PagoPA
import Requests
import Testing

@testable import API

@Suite struct RateLimitsTests {
    @Test func `an address over its limit gets 429, and the response reports the limit`() throws {
        let limits = try Sample.limits(ratePerMinute: 2)
        var state = Sample.state()
        for _ in 0..<2 { try limits.countAddress(&state) }
        #expect(!limits.addressHasRoom(state))

        let problem = #expect(throws: Problem.self) { try limits.countAddress(&state) }

        #expect(problem?.kind == .tooManyRequests && problem?.retryAfterSeconds == 30)
        #expect(state.rate?.limit == 2 && state.rate?.remaining == 0)
        var other = Sample.state(from: "192.0.2.2")
        try limits.countAddress(&other)
    }

    @Test(arguments: ["/live", "/status", "/docs", "/metrics"]) func `probes and documents are not limited`(
        path: String
    ) throws {
        let limits = try Sample.limits(ratePerMinute: 1)
        var state = Sample.state(path: path)
        for _ in 0..<5 { try limits.countAddress(&state) }
        #expect(state.rate == nil)
    }

    @Test func `PSPs that share an address have a separate limit, many times as high`() throws {
        let limits = try Sample.limits(ratePerMinute: 1)
        var state = Sample.state()
        for _ in 0..<5 { try limits.countAddress(&state, as: "psp", times: 5) }
        #expect(throws: Problem.self) { try limits.countAddress(&state, as: "psp", times: 5) }
        try limits.countAddress(&state)
    }

    @Test func `a citizen's limit is reported only when it is exceeded`() throws {
        let limits = try Sample.limits(ratePerMinute: 100)
        let stated = CitizenAddress(address: try ClientAddress("198.51.100.7"), isStated: true)
        var state = Sample.state()
        for _ in 0..<60 { try limits.countCitizen(stated, &state) }
        #expect(state.rate == nil)

        #expect(throws: Problem.self) { try limits.countCitizen(stated, &state) }
        #expect(state.rate?.limit == 60)
        // All citizens of a front end share its address.
        try limits.countCitizen(CitizenAddress(address: stated.address, isStated: false), &state)
    }
}
