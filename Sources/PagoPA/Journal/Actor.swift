/// The actor of a journal entry; it contains neither names nor secrets.
package enum Actor: Sendable, Equatable, CustomStringConvertible {
    case key(APIKeyID)
    case psp(PSPID)
    case citizen(CitizenID, through: APIKeyID)
    case loop
    case commandLine

    package var description: String {
        switch self {
        case .key(let id): "key:\(id)"
        case .psp(let id): "psp:\(id)"
        case .citizen(let id, let key): "citizen:\(id) key:\(key)"
        case .loop: "loop"
        case .commandLine: "command-line"
        }
    }
}
