namespace CoreNode.Updates.Applying.Worker;

/// <summary>
/// A line that a worker process writes. The last one is what the step came to: <see cref="Metadata"/>,
/// <see cref="Applied"/>, <see cref="Verified"/>, <see cref="Stopped"/> or <see cref="Failed"/>. Output that ends
/// without one of these is a worker that was killed.
/// </summary>
public abstract record WorkerLine
{
    private WorkerLine()
    {
    }

    /// <summary>So many bytes are done: of the payload, or of the slot while it is read back.</summary>
    public sealed record Progress(long Done, long Total) : WorkerLine;

    /// <summary>What the signed metadata says, after a trusted key's signature on it was verified.</summary>
    public sealed record Metadata : WorkerLine
    {
        /// <summary>SHA-256 of header and manifest, hexadecimal: names this payload.</summary>
        public required string MetadataSha256 { get; init; }

        /// <summary>Bytes of the whole payload.</summary>
        public required long Size { get; init; }

        /// <summary>Bytes of its beginning, up to the first operation's data.</summary>
        public long Beginning { get; init; }

        /// <summary>The release's version; empty in payloads of others.</summary>
        public string Version { get; init; } = "";

        /// <summary>Its counter; 0 in payloads of others.</summary>
        public ulong Counter { get; init; }

        /// <summary>Lowest counter to come from; 0 for any.</summary>
        public ulong MinimumCounter { get; init; }

        /// <summary>Unix seconds from which on nobody takes it; 0 for never.</summary>
        public long Expiry { get; init; }

        /// <summary>Kind of machine; empty for any.</summary>
        public string Board { get; init; } = "";

        /// <summary>Application; empty for any.</summary>
        public string AppId { get; init; } = "";

        /// <summary>Whether it needs what the other slot holds.</summary>
        public bool IsDelta { get; init; }
    }

    /// <summary>The payload is written and durable.</summary>
    /// <param name="BytesWritten">Written to the slot and the kernel beside it by this run.</param>
    /// <param name="BytesSkipped">Not written, because they were there already.</param>
    /// <param name="BytesFetched">Fetched by this run.</param>
    public sealed record Applied(long BytesWritten, long BytesSkipped, long BytesFetched) : WorkerLine;

    /// <summary>The slot reads back as it must; a kernel beside it does, too, and is in place.</summary>
    /// <param name="SlotMetadata">
    /// What the release signed to stand in the slot's last MiB; empty if it has none. <c>SlotFinish</c> writes it.
    /// </param>
    public sealed record Verified(ReadOnlyMemory<byte> SlotMetadata) : WorkerLine;

    /// <summary>It stopped at a checkpoint because its parent is gone or wants it to.</summary>
    public sealed record Stopped : WorkerLine;

    /// <summary>The step failed.</summary>
    /// <param name="Code">A number of UpdateError.</param>
    /// <param name="Text">What happened, to what, what to do: one line.</param>
    public sealed record Failed(int Code, string Text) : WorkerLine
    {
        /// <summary>There was no connection at all.</summary>
        public bool IsNoNetwork { get; init; }

        /// <summary>What the server answered; 0 where it did not.</summary>
        public int HttpStatus { get; init; }
    }
}
