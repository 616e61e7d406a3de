import Accounts
import Addresses
import HTTPTypes
import JSON
import PagoPA
import Requests

/// Where the citizen is, for throttling.
struct CitizenAddress: Sendable, Equatable {
    let address: ClientAddress
    /// Whether it is the citizen's own: the front end stated it, or the citizen's browser sent the request. Otherwise it is the address of
    /// the front end's connection, which all of its citizens share.
    let isStated: Bool
}

/// Finds the addresses of the client and of the citizen behind it.
struct ClientAddresses: Sendable {
    let trustedProxies: TrustedProxies

    /// The client's address: the peer's, or the one that a trusted proxy reports.
    func client(peer: IPAddress?, _ headers: HTTPFields) -> IPAddress? {
        guard let peer, trustedProxies.contains(peer) else { return peer }
        return trustedProxies.client(
            peer: peer, xForwardedFor: headers[.xForwardedFor], forwarded: headers[.forwarded])
    }

    /// The citizen's address as a front end with a valid key states it in `Citizen-Address`; without that the client's. A browser is the
    /// citizen's own, so its statements do not count.
    func citizen(_ headers: HTTPFields, _ state: RequestState) throws(Problem) -> CitizenAddress {
        let isBrowser = state.key?.kind == .browser
        guard state.key != nil, !isBrowser, let stated = headers[.citizenAddress] else {
            let address = state.clientIP.map { ClientAddress($0) } ?? .unknown
            return CitizenAddress(address: address, isStated: isBrowser)
        }
        do { return CitizenAddress(address: try ClientAddress(stated), isStated: true) } catch {
            throw Problem.badParameters([Violation("Citizen-Address", error)])
        }
    }
}
