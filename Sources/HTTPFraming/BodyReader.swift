import Text

/// Finds the end of a request's body in its bytes as they arrive.
enum BodyReader {
    case length(Int)
    case coded(ChunkReader)

    static let chunked = BodyReader.coded(ChunkReader())

    /// How much of a rejected request's body is still read, so that its connection can serve the next request.
    static let maximumDrainedBytes = 256 * 1_024

    var isDone: Bool {
        switch self {
        case .length(let left): left == 0
        case .coded(let reader): reader.isDone
        }
    }

    /// Whether the rest is known to be short, so that reading it costs less than a new connection.
    var isShort: Bool {
        switch self {
        case .length(let left): left <= Self.maximumDrainedBytes
        case .coded: false
        }
    }

    /// - Parameter content: receives the ranges of the bytes that are the body's content, in order.
    /// - Returns: how many of the bytes belong to the body.
    mutating func consume(
        _ bytes: UnsafeRawBufferPointer, content: (Range<Int>) -> Void
    ) throws(FramingError) -> Int {
        switch self {
        case .length(let left):
            let count = min(left, bytes.count)
            self = .length(left - count)
            content(0..<count)
            return count
        case .coded(var reader):
            let count = try reader.consume(bytes, content: content)
            self = .coded(reader)
            return count
        }
    }
}

/// The chunked coding of RFC 9112. Every line must end in CR LF, and every size must be plain hexadecimal digits.
struct ChunkReader {
    static let maximumSizeDigits = 8
    static let maximumExtensionBytes = 256
    static let maximumTrailerBytes = 4 * 1_024

    private enum State {
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

    private var state = State.size(digits: 0)
    private var size = 0
    private var trailerBytes = 0

    var isDone: Bool { if case .done = state { true } else { false } }

    mutating func consume(
        _ bytes: UnsafeRawBufferPointer, content: (Range<Int>) -> Void
    ) throws(FramingError) -> Int {
        var index = 0
        while index < bytes.count {
            if case .done = state { break }
            if case .data(let left) = state {
                let count = min(left, bytes.count - index)
                content(index..<(index + count))
                state = count == left ? .dataEnd : .data(left: left - count)
                index += count
                continue
            }
            try consume(bytes[index])
            index += 1
        }
        return index
    }

    private mutating func consume(_ byte: UInt8) throws(FramingError) {
        switch state {
        case .size(let digits):
            if let digit = byte.hexDigit {
                guard digits < Self.maximumSizeDigits else { throw .badChunk }
                size = size * 16 + digit
                state = .size(digits: digits + 1)
            } else if digits > 0, byte == 0x0D {
                state = .sizeEnd
            } else if digits > 0, byte == 0x3B {
                state = .extension(bytes: 0)
            } else {
                throw .badChunk
            }
        case .extension(let count):
            if byte == 0x0D {
                state = .sizeEnd
            } else {
                guard byte.isFieldText, count < Self.maximumExtensionBytes else { throw .badChunk }
                state = .extension(bytes: count + 1)
            }
        case .sizeEnd:
            guard byte == 0x0A else { throw .badChunk }
            state = size == 0 ? .trailers(isLineEmpty: true) : .data(left: size)
            size = 0
        case .data: break
        case .dataEnd:
            guard byte == 0x0D else { throw .badChunk }
            state = .dataLineEnd
        case .dataLineEnd:
            guard byte == 0x0A else { throw .badChunk }
            state = .size(digits: 0)
        case .trailers(let isLineEmpty):
            trailerBytes += 1
            guard trailerBytes <= Self.maximumTrailerBytes else { throw .badChunk }
            if byte == 0x0D {
                state = .trailerEnd(isLineEmpty: isLineEmpty)
            } else {
                guard isLineEmpty ? byte.isToken : byte.isFieldText else { throw .badChunk }
                state = .trailers(isLineEmpty: false)
            }
        case .trailerEnd(let isLineEmpty):
            guard byte == 0x0A else { throw .badChunk }
            state = isLineEmpty ? .done : .trailers(isLineEmpty: true)
        case .done: break
        }
    }
}

extension FramingError {
    fileprivate static let badChunk = FramingError.malformed("The body is not in valid chunked coding.")
}
