import NIOCore

extension ByteBuffer {
    /// - Parameter ranges: counted from the first readable byte.
    func joined(_ ranges: [Range<Int>]) -> ByteBuffer {
        if ranges.count == 1, let only = ranges.first {
            return getSlice(at: readerIndex + only.lowerBound, length: only.count) ?? ByteBuffer()
        }
        var joined = ByteBuffer()
        for range in ranges { joined.writeBytes(readableBytesView.dropFirst(range.lowerBound).prefix(range.count)) }
        return joined
    }
}
