/// The sort orders of a position list, with their wire names.
package enum PositionOrder: String, Sendable, CaseIterable {
    case created = "created_at"
    case createdDescending = "-created_at"
    case due = "due_date"
    case dueDescending = "-due_date"
    case updated = "updated_at"
    case updatedDescending = "-updated_at"
    case document = "document"
    case documentDescending = "-document"
}
