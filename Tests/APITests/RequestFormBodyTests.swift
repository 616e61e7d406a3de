import JSON
import PagoPA
import Testing

@testable import API

/// The form of a debt type that is open to payers, as creditors send and callers read it.
@Suite struct RequestFormBodyTests {
    private static let valid = """
        {"minimum_cents":100,"maximum_cents":200,"due_days":10,"fields":[
        {"key":"plate","labels":{"it":"Targa"},"kind":"text","required":true,"max_length":7,"pattern":"[A-Z]{7}"},
        {"key":"months","labels":{"it":"Mesi"},"kind":"integer","required":false,"minimum":1,"maximum":12},
        {"key":"from","labels":{"it":"Dal"},"kind":"date","required":false}]}
        """

    private func violations(_ json: JSONValue) throws -> [String] {
        do {
            _ = try json.decodeObject(RequestForm.read)
            return []
        } catch let problem as Problem { return problem.violations.map { "\($0.pointer) \($0.code)" } }
    }

    @Test(arguments: [
        ("/minimum_cents", "201", "/minimum_cents mismatch"), ("/maximum_cents", "0", "/maximum_cents out_of_range"),
        ("/due_days", "366", "/due_days out_of_range"), ("/fields/0/key", #""Plate""#, "/fields/0/key bad_format"),
        ("/fields/1/key", #""plate""#, "/fields duplicate"),
        ("/fields/0/max_length", "141", "/fields/0/max_length out_of_range"),
        ("/fields/0/pattern", #""(a+)+""#, "/fields/0/pattern bad_format"),
        ("/fields/1/minimum", "13", "/fields/1/minimum mismatch"),
        ("/fields/1/kind", #""list""#, "/fields/1/kind unknown_value"),
        ("/fields/2/pattern", #""a""#, "/fields/2/pattern not_allowed"),
        ("/fields/2/minimum", "1", "/fields/2/minimum not_allowed"),
    ])
    func `a rule of a form that is broken has a pointer and a code`(pointer: String, value: String, violation: String)
        throws
    {
        let path = pointer.split(separator: "/").map(String.init)
        let json = try JSONValue(Self.valid).setting(path[...], to: JSONValue(value))
        #expect(try violations(json) == [violation])
    }

    @Test func `a form is written as it can be sent, with the bounds that apply without its own`() throws {
        let json = try JSONValue(Self.valid)
        let form = try json.decodeObject(RequestForm.read)
        let written = JSONWriter.object { $0.write(form) }
        #expect(try JSONValue.parse(written)["request_form"]?.decodeObject(RequestForm.read) == form)

        let free = try JSONValue("{}").decodeObject(RequestForm.read)
        #expect(free.minimum.cents == 1 && free.maximum == .maximum && free.dueDays == 30 && free.fixedAmount == nil)
    }
}

extension JSONValue {
    /// The value with the part at this pointer set; its objects may lack the last name.
    fileprivate func setting(_ path: ArraySlice<String>, to new: JSONValue) -> JSONValue {
        guard let name = path.first else { return new }
        switch self {
        case .object(let members):
            let part = self[name] ?? .null
            return .object(
                members.filter { $0.key != name } + [Member(name, part.setting(path.dropFirst(), to: new))])
        case .array(let items):
            return .array(
                items.enumerated().map {
                    String($0.offset) == name ? $0.element.setting(path.dropFirst(), to: new) : $0.element
                })
        default: return new
        }
    }
}
