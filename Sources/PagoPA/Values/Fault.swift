/// One violated rule and its location in the request.
package struct Fault: Error, Sendable, Equatable {
    /// RFC 6901 pointer into the body, or the name of a query parameter or header.
    package let pointer: String
    package let code: FaultCode
    package let detail: String

    package init(_ pointer: String, _ code: FaultCode, _ detail: String) {
        self.pointer = pointer
        self.code = code
        self.detail = detail
    }

    /// The error of a value's parser, at the location of the value.
    package init(_ pointer: String, _ error: InvalidValue) {
        self.init(pointer, error.code, error.detail)
    }
}
