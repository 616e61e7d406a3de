import JSON
import Operations
import PagoPA

/// Reads a staged row by the same rules as the body of a single creation.
package enum ImportedRowReader {
    package static let read: ImportRowReader = { row, creditor in
        do {
            var json = try JSONValue.parse(row)
            if case .object(let members) = json, json["creditor_tax_code"] == nil {
                json = .object([JSONValue.Member("creditor_tax_code", .string(creditor.value))] + members)
            }
            let draft = try json.decodeObject(PositionDraft.read)
            guard draft.creditor == creditor else {
                return .failure(
                    RowFaults([Fault("/creditor_tax_code", .mismatch, "is not the creditor of this import")]))
            }
            return .success(draft)
        } catch let problem as Problem {
            return .failure(RowFaults(problem.violations.map(Fault.init)))
        } catch let error as JSONSyntaxError {
            return .failure(RowFaults([Fault(error)]))
        } catch {
            return .failure(RowFaults([Fault("", .badFormat, "is not a JSON object")]))
        }
    }
}

extension Fault {
    fileprivate init(_ error: JSONSyntaxError) {
        switch error {
        case .nulCharacter(let pointer):
            self.init(pointer, .badCharacters, "must not contain the character U+0000")
        case .syntax, .duplicateKey, .tooDeep, .tooManyValues:
            self.init("", .badFormat, "is not a JSON object: \(error)")
        }
    }
}
