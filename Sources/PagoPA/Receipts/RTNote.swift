/// What was unusual in an RT that was accepted all the same: where, which kind, and what was done about it.
package struct RTNote: Sendable, Equatable {
    /// JSON pointer (RFC 6901) or path of elements into the RT as received.
    package let pointer: String
    package let code: RTNoteCode
    /// In English. Never repeats the value, which may be personal.
    package let detail: String

    package init(_ pointer: String, _ code: RTNoteCode, _ detail: String) {
        self.pointer = displayText(pointer, upTo: 300)
        self.code = code
        self.detail = displayText(detail, upTo: 500)
    }
}

package enum RTNoteCode: String, Sendable, CaseIterable {
    /// The contract does not know the member; it is ignored.
    case unknownMember = "unknown_member"
    /// The contract asks for the member, but the RT was readable without it.
    case missing
    /// Read, although it is not written as the contract asks.
    case nonstandard
    /// Control characters or direction overrides were removed, or the text was cut to its length.
    case sanitized
    /// The value breaks a rule and is left out; the RT as received still holds it.
    case omitted
    /// It disagrees with another member, which decides.
    case inconsistent
    /// It lies later than the moment at which the RT was received.
    case inFuture = "in_future"
    /// The RT contradicts itself about money: people must look at it.
    case contradictsMoney = "contradicts_money"
}

extension Sequence where Element == RTNote {
    /// Whether the RT contradicts itself about money.
    package var contradictMoney: Bool { contains { $0.code == .contradictsMoney } }
}

/// Collects notes, bounded: an RT may be full of oddities, but a contradiction about money is never lost among them.
package struct RTNotes: Sendable {
    package private(set) var items: [RTNote] = []
    /// In all; of them `reserved` are for contradictions about money.
    package static let maximum = 100
    private static let reserved = 10

    package init() {}

    package mutating func add(_ pointer: String, _ code: RTNoteCode, _ detail: String) {
        let limit = code == .contradictsMoney ? Self.maximum : Self.maximum - Self.reserved
        if items.count < limit { items.append(RTNote(pointer, code, detail)) }
    }
}
