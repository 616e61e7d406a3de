import Accounts
import JSON
import PagoPA

// The domain's faults and the JSON reader's violations use one vocabulary of codes, `FaultCode`.

extension InvalidValue: CodedError {
    package var violationCode: String { code.rawValue }
}

extension Violation {
    init(_ pointer: String, _ code: FaultCode, _ detail: String) {
        self.init(pointer, code: code.rawValue, detail)
    }

    init(_ pointer: String, _ error: InvalidValue) {
        self.init(pointer, error.code, error.detail)
    }

    init(_ fault: Fault) {
        self.init(fault.pointer, fault.code, fault.detail)
    }
}

extension Fault {
    init(_ violation: Violation) {
        // The codes of violations are those of `FaultCode`.
        self.init(violation.pointer, FaultCode(rawValue: violation.code) ?? .badFormat, violation.detail)
    }
}

extension Violations {
    func add(_ pointer: String, _ code: FaultCode, _ detail: String) {
        add(pointer, code: code.rawValue, detail)
    }

    func add(_ fault: Fault) {
        add(fault.pointer, fault.code, fault.detail)
    }
}

extension ObjectReader {
    /// Reports that something is wrong with a field, or with the object when `key` is nil.
    func refuse(_ key: String?, _ code: FaultCode, _ detail: String) {
        refuse(key, code: code.rawValue, detail)
    }

    /// Reads a member that callers cannot set. Its current value is accepted, so that GET, edit, PUT works; any other is a violation.
    /// - Parameter current: nil when there is no value yet.
    mutating func readOnly(_ key: String, _ current: JSONValue?) {
        _ = optional(key) { value, pointer, violations -> Void? in
            if value != current { violations.add(pointer, .readOnly, "cannot be changed") }
            return nil
        }
    }

    mutating func readOnly(_ key: String, _ current: String?) {
        readOnly(key, current.map(JSONValue.string))
    }
}

extension FaultCode {
    /// For the problem pages.
    var meaning: String {
        switch self {
        case .required: "A member, parameter or header that is needed is missing."
        case .unknownMember: "The contract does not know this member or parameter."
        case .readOnly: "The member cannot be set or changed by callers."
        case .wrongType: "Another JSON type is needed; null is not allowed."
        case .badFormat: "The text does not have the required form."
        case .badCharacters: "The text holds characters that are not allowed, such as control characters."
        case .badCheckDigit: "Check digits or a check letter do not match: the code was mistyped."
        case .tooShort: "The text is too short."
        case .tooLong: "The text is too long."
        case .tooFew: "The list or map holds too few items."
        case .tooMany: "The list or map holds too many items."
        case .outOfRange: "The number is outside its limits."
        case .unknownValue: "The text is not one of the listed words."
        case .unknownReference: "It names something that does not exist, has expired, or belongs to another caller."
        case .notAllowed: "The value is valid but not allowed here: for this caller, or beside another member."
        case .duplicate: "The same value is given twice where it must be unique."
        case .alreadyUsed: "Another object already uses the value."
        case .mismatch: "It contradicts another member, the path or the sender."
        case .sumMismatch: "Amounts do not add up to their total."
        case .inThePast: "The instant or day must lie in the future."
        case .inTheFuture: "The instant or day must not lie in the future."
        case .tooWeak: "The password is easy to guess."
        case .wrongState: "The current state of what it names does not allow the operation."
        }
    }
}
