/// A text or number that is not what it should be. Names the rule; never repeats the value, which may be personal.
package struct InvalidValue: Error, Sendable, Equatable, CustomStringConvertible {
    package let detail: String

    package init(detail: String) {
        self.detail = detail
    }

    package var description: String { detail }
}

extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isUpper: Bool { (0x41...0x5A).contains(self) }
    var isLower: Bool { (0x61...0x7A).contains(self) }
    var isAlphanumeric: Bool { isDigit || isUpper || isLower }
}
