/// Which kind of rule a value breaks, as a stable word for programs. The contract lists all of them (schema `ViolationCode`);
/// the problem pages explain each one.
package enum FaultCode: String, Sendable, CaseIterable {
    /// A member, parameter or header that is needed is missing.
    case required
    /// The contract does not know this member or parameter.
    case unknownMember = "unknown_member"
    /// The member exists but callers cannot set or change it.
    case readOnly = "read_only"
    /// Another JSON type is needed; `null` counts as one.
    case wrongType = "wrong_type"
    /// The text does not have the required form.
    case badFormat = "bad_format"
    /// The text holds characters that are not allowed, such as control characters.
    case badCharacters = "bad_characters"
    /// Check digits or a check letter do not match: the code was mistyped.
    case badCheckDigit = "bad_check_digit"
    case tooShort = "too_short"
    case tooLong = "too_long"
    /// A list or map holds fewer items than allowed.
    case tooFew = "too_few"
    case tooMany = "too_many"
    /// A number is outside its limits.
    case outOfRange = "out_of_range"
    /// The text is not one of the listed words.
    case unknownValue = "unknown_value"
    /// It names something that does not exist, has expired, or is not the caller's.
    case unknownReference = "unknown_reference"
    /// A good value that is not allowed here: for this caller, or beside another member.
    case notAllowed = "not_allowed"
    /// The same value is given twice where it must be unique.
    case duplicate
    /// Another object already uses the value.
    case alreadyUsed = "already_used"
    /// It contradicts another member, the path or the sender.
    case mismatch
    /// Amounts do not add up to their total.
    case sumMismatch = "sum_mismatch"
    case inThePast = "in_the_past"
    case inTheFuture = "in_the_future"
    /// A password that is easy to guess.
    case tooWeak = "too_weak"
    /// The current state of what it names does not allow the operation.
    case wrongState = "wrong_state"
}
