import Addresses
import Synchronization

/// Counts the open connections by address, and limits them, so that one address cannot use them all.
package final class Connections: Sendable {
    private struct State {
        var open = 0
        var byAddress: [ArraySlice<UInt8>: Int] = [:]
    }

    private let state = Mutex(State())
    private let maximumPerAddress: Int
    private let proxies: TrustedProxies

    /// - Parameter proxies: not limited, because their connections are those of many clients.
    package init(maximumPerAddress: Int, exempting proxies: TrustedProxies) {
        self.maximumPerAddress = maximumPerAddress
        self.proxies = proxies
    }

    package var count: Int { state.withLock(\.open) }

    /// One open connection, which must be released.
    struct Slot {
        fileprivate let subscriber: ArraySlice<UInt8>?
    }

    /// - Returns: `nil` when the address has reached its limit.
    func acquire(for address: String?) -> Slot? {
        let address = address.flatMap { IPAddress($0) }
        let subscriber = address.flatMap { proxies.contains($0) ? nil : $0.subscriber }
        return state.withLock { state in
            if let subscriber {
                let count = state.byAddress[subscriber, default: 0]
                guard count < maximumPerAddress else { return nil }
                state.byAddress[subscriber] = count + 1
            }
            state.open += 1
            return Slot(subscriber: subscriber)
        }
    }

    func release(_ slot: Slot) {
        state.withLock { state in
            state.open -= 1
            guard let subscriber = slot.subscriber else { return }
            let count = state.byAddress[subscriber, default: 0]
            state.byAddress[subscriber] = count > 1 ? count - 1 : nil
        }
    }
}
