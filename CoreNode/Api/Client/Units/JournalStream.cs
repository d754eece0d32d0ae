namespace CoreNode.Api.Client.Units;

/// <summary>A journal that is being read. One reader; dispose it at the end.</summary>
public sealed class JournalStream : IDisposable
{
    private readonly V2Stream _stream;

    internal JournalStream(V2Stream stream) => _stream = stream;

    /// <summary>The next line; null at the end.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<JournalLine?> ReadAsync(CancellationToken cancellation)
    {
        while (await _stream.ReadLineAsync(cancellation) is { } bytes)
        {
            if (UnitsJson.ParseLine(bytes) is { } line)
                return line;
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
