import Accounts
import Addresses
import HTTPTypes
import JSON
import PagoPA
import Requests

/// Where the citizen is, for throttling.
struct CitizenAddress: Sendable, Equatable {
    let address: ClientAddress
    /// Whether the front end stated it. Otherwise it is the address of the connection, which all of its citizens share.
    let isStated: Bool
}

/// Finds the addresses of the client and of the citizen behind it.
struct ClientAddresses: Sendable {
    let trustedProxies: TrustedProxies

    /// The client's address: the peer's, or the one that a trusted proxy reports.
    func client(peer: String, _ headers: HTTPFields) -> IPAddress? {
        IPAddress(peer).map {
            trustedProxies.client(
                peer: $0, xForwardedFor: headers[.xForwardedFor], forwarded: headers[.forwarded])
        }
    }

    /// The citizen's address as a front end with a valid key states it in `Citizen-Address`; without that the client's.
    func citizen(_ headers: HTTPFields, _ state: RequestState) throws(Problem) -> CitizenAddress {
        guard state.key != nil, let stated = headers[.citizenAddress] else {
            let address = state.clientIP.flatMap { try? ClientAddress("\($0)") } ?? .unknown
            return CitizenAddress(address: address, isStated: false)
        }
        do { return CitizenAddress(address: try ClientAddress(stated), isStated: true) } catch {
            throw Problem.badParameters([Violation("Citizen-Address", error)])
        }
    }
}
