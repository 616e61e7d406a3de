/// Where a request's body ends, counted over its bytes as they pass.
enum BodyReader {
    case length(Int)
    case coded(ChunkReader)

    static let chunked = BodyReader.coded(ChunkReader())

    /// What is left of a refused request's body and yet is read, so that its connection can be kept.
    static let maximumDrainedBytes = 256 * 1_024

    var isDone: Bool {
        switch self {
        case .length(let left): left == 0
        case .coded(let reader): reader.isDone
        }
    }

    /// Whether the rest is known to be short.
    var isWorthReading: Bool {
        switch self {
        case .length(let left): left <= Self.maximumDrainedBytes
        case .coded: false
        }
    }

    /// - Returns: how many of these bytes belong to the body.
    mutating func take(_ bytes: UnsafeRawBufferPointer) throws(Problem) -> Int {
        switch self {
        case .length(let left):
            let taken = min(left, bytes.count)
            self = .length(left - taken)
            return taken
        case .coded(var reader):
            let taken = try reader.take(bytes)
            self = .coded(reader)
            return taken
        }
    }
}

/// The chunked coding of RFC 9112, with every line ended by CR LF and every size a plain number.
struct ChunkReader {
    static let maximumSizeDigits = 8
    static let maximumExtensionBytes = 256
    static let maximumTrailerBytes = 4 * 1_024

    private enum Place {
        case size(digits: Int)
        case `extension`(bytes: Int)
        case sizeEnd
        case data(left: Int)
        case dataEnd
        case dataLineEnd
        case trailers(isLineEmpty: Bool)
        case trailerEnd(isLineEmpty: Bool)
        case done
    }

    private var place = Place.size(digits: 0)
    private var size = 0
    private var trailerBytes = 0

    var isDone: Bool { if case .done = place { true } else { false } }

    mutating func take(_ bytes: UnsafeRawBufferPointer) throws(Problem) -> Int {
        var index = 0
        while index < bytes.count {
            if case .done = place { break }
            if case .data(let left) = place {
                let taken = min(left, bytes.count - index)
                place = taken == left ? .dataEnd : .data(left: left - taken)
                index += taken
                continue
            }
            try take(bytes[index])
            index += 1
        }
        return index
    }

    private mutating func take(_ byte: UInt8) throws(Problem) {
        switch place {
        case .size(let digits):
            if let digit = byte.hexDigit {
                guard digits < Self.maximumSizeDigits else { throw .badChunk }
                size = size * 16 + digit
                place = .size(digits: digits + 1)
            } else if digits > 0, byte == 0x0D {
                place = .sizeEnd
            } else if digits > 0, byte == 0x3B {
                place = .extension(bytes: 0)
            } else {
                throw .badChunk
            }
        case .extension(let count):
            if byte == 0x0D {
                place = .sizeEnd
            } else {
                guard byte.isFieldText, count < Self.maximumExtensionBytes else { throw .badChunk }
                place = .extension(bytes: count + 1)
            }
        case .sizeEnd:
            guard byte == 0x0A else { throw .badChunk }
            place = size == 0 ? .trailers(isLineEmpty: true) : .data(left: size)
            size = 0
        case .data: break
        case .dataEnd:
            guard byte == 0x0D else { throw .badChunk }
            place = .dataLineEnd
        case .dataLineEnd:
            guard byte == 0x0A else { throw .badChunk }
            place = .size(digits: 0)
        case .trailers(let isLineEmpty):
            trailerBytes += 1
            guard trailerBytes <= Self.maximumTrailerBytes else { throw .badChunk }
            if byte == 0x0D {
                place = .trailerEnd(isLineEmpty: isLineEmpty)
            } else {
                guard isLineEmpty ? byte.isToken : byte.isFieldText else { throw .badChunk }
                place = .trailers(isLineEmpty: false)
            }
        case .trailerEnd(let isLineEmpty):
            guard byte == 0x0A else { throw .badChunk }
            place = isLineEmpty ? .done : .trailers(isLineEmpty: true)
        case .done: break
        }
    }
}

extension Problem {
    fileprivate static let badChunk = Problem.malformed("The body's chunks can not be read.")
}
