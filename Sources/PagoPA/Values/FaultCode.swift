/// The kind of a violated rule, as a stable code for programs. The contract lists all of them (schema `ViolationCode`); the
/// problem pages explain each one.
package enum FaultCode: String, Sendable, CaseIterable {
    /// A required member, parameter or header is missing.
    case required
    /// The contract does not define this member or parameter.
    case unknownMember = "unknown_member"
    /// The member exists but callers cannot set or change it.
    case readOnly = "read_only"
    /// The value has a wrong JSON type; `null` counts as a type.
    case wrongType = "wrong_type"
    /// The text does not have the required form.
    case badFormat = "bad_format"
    /// The text contains characters that are not allowed, such as control characters.
    case badCharacters = "bad_characters"
    /// Check digits or a check letter do not match: the code was mistyped.
    case badCheckDigit = "bad_check_digit"
    case tooShort = "too_short"
    case tooLong = "too_long"
    /// A list or map contains fewer items than allowed.
    case tooFew = "too_few"
    case tooMany = "too_many"
    /// A number is outside its limits.
    case outOfRange = "out_of_range"
    /// The text is not one of the listed words.
    case unknownValue = "unknown_value"
    /// The value refers to an object that does not exist, has expired, or does not belong to the caller.
    case unknownReference = "unknown_reference"
    /// The value is valid but not allowed here: for this caller, or together with another member.
    case notAllowed = "not_allowed"
    /// The same value appears twice but must be unique.
    case duplicate
    /// Another object already uses the value.
    case alreadyUsed = "already_used"
    /// The value contradicts another member, the path or the sender.
    case mismatch
    /// Amounts do not add up to their total.
    case sumMismatch = "sum_mismatch"
    case inThePast = "in_the_past"
    case inTheFuture = "in_the_future"
    /// A password that is easy to guess.
    case tooWeak = "too_weak"
    /// The current state of the object does not allow the operation.
    case wrongState = "wrong_state"
}
