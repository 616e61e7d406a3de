import Synchronization

/// The typefaces of this process, each loaded once and used by one thread at a time.
///
/// The lock covers all of Pango and Cairo, whichever renderer calls them, because Cairo 1.16 shares its font faces between all
/// threads: it opens a face, and closes one when more than ten are open, without the locks that FreeType requires. Two threads that
/// draw names in different scripts end in freed memory. See docs/adr/0060.
enum Typefaces {
    private static let loaded = Mutex<[String: Typeface]>([:])

    /// - Parameter body: draws completely; no object of Pango or Cairo leaves it.
    static func withTypeface<Value: Sendable>(
        from directory: String, _ body: @Sendable (Typeface) throws -> Value
    ) throws -> Value {
        try loaded.withLock { loaded in
            if let typeface = loaded[directory] { return try body(typeface) }
            let typeface = try Typeface(directory: directory)
            loaded[directory] = typeface
            return try body(typeface)
        }
    }
}
