import Accounts
import Addresses
import HTTPTypes
import PagoPA
import Requests
import Testing

@testable import API

@Suite struct ClientAddressesTests {
    @Test func `only a trusted proxy's headers give the client's address`() throws {
        let step = ClientAddresses(trustedProxies: try TrustedProxies("10.0.0.0/8"))
        let headers: HTTPFields = [.xForwardedFor: "198.51.100.7"]
        #expect(step.client(peer: IPAddress("10.0.0.1"), headers) == IPAddress("198.51.100.7"))
        #expect(step.client(peer: IPAddress("192.0.2.1"), headers) == IPAddress("192.0.2.1"))
        #expect(step.client(peer: IPAddress("unknown"), headers) == nil)
    }

    @Test func `Citizen-Address counts only with the valid key of a front end`() throws {
        let step = ClientAddresses(trustedProxies: .none)
        let headers: HTTPFields = [.citizenAddress: "198.51.100.7"]

        let stated = try step.citizen(headers, Sample.state(key: Sample.key()))
        #expect(stated == CitizenAddress(address: try ClientAddress("198.51.100.7"), isStated: true))
        let stranger = try step.citizen(headers, Sample.state())
        #expect(stranger == CitizenAddress(address: try ClientAddress("192.0.2.1"), isStated: false))
        #expect(throws: Problem.self) {
            try step.citizen([.citizenAddress: "here"], Sample.state(key: Sample.key()))
        }
    }
}
