/// A state whose changes all come from one table.
package protocol TransitionTable: RawRepresentable<String>, CaseIterable, Equatable, Sendable {
    associatedtype Event: CaseIterable & Sendable

    /// The state after `event`; `nil` when the event does not fit this state.
    func after(_ event: Event) -> Self?
}

extension TransitionTable {
    /// The states that fit `event`, for a statement's WHERE.
    package static func states(before event: Event) -> [Self] {
        allCases.filter { $0.after(event) != nil }
    }

    /// The state that `event` leads to, for a statement's SET.
    /// - Returns: `nil` when it is not one and the same from every state that fits.
    package static func state(after event: Event) -> Self? {
        let targets = allCases.compactMap { $0.after(event) }
        guard let first = targets.first, targets.allSatisfy({ $0 == first }) else { return nil }
        return first
    }
}
