/// One broken rule and where in the request it was broken.
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

    /// A value that could not be read, at its place.
    package init(_ pointer: String, _ error: InvalidValue) {
        self.init(pointer, error.code, error.detail)
    }
}
