import Addresses
import Synchronization

/// Who is connected, counted by address, so that no single one takes every place.
package final class Connections: Sendable {
    private struct State {
        var open = 0
        var byAddress: [ArraySlice<UInt8>: Int] = [:]
    }

    private let state = Mutex(State())
    private let maximumPerAddress: Int
    private let proxies: TrustedProxies

    /// - Parameter proxies: whose connections are many people's.
    package init(maximumPerAddress: Int, exempting proxies: TrustedProxies) {
        self.maximumPerAddress = maximumPerAddress
        self.proxies = proxies
    }

    package var count: Int { state.withLock(\.open) }

    /// A place among the connections, to be given back.
    struct Place {
        fileprivate let subscriber: ArraySlice<UInt8>?
    }

    /// - Returns: nil when this address holds as many as it may.
    func take(for address: String?) -> Place? {
        let address = address.flatMap { IPAddress($0) }
        let subscriber = address.flatMap { proxies.contains($0) ? nil : $0.subscriber }
        return state.withLock { state in
            if let subscriber {
                let held = state.byAddress[subscriber, default: 0]
                guard held < maximumPerAddress else { return nil }
                state.byAddress[subscriber] = held + 1
            }
            state.open += 1
            return Place(subscriber: subscriber)
        }
    }

    func giveBack(_ place: Place) {
        state.withLock { state in
            state.open -= 1
            guard let subscriber = place.subscriber else { return }
            let held = state.byAddress[subscriber, default: 0]
            state.byAddress[subscriber] = held > 1 ? held - 1 : nil
        }
    }
}
