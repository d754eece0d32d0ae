namespace CoreNode.Updates.Sharing;

/// <summary>Some bytes of a payload, and where they are. Owned by one reader, who disposes it.</summary>
public sealed class SharePiece : IAsyncDisposable
{
    private readonly IAsyncDisposable? _owner;

    /// <summary>A piece; it takes over what is to be disposed with it.</summary>
    public SharePiece(ShareOrigin origin, IAsyncDisposable? owner = null)
    {
        (Origin, _owner) = (origin, owner);
    }

    /// <summary>Where they come from.</summary>
    public ShareOrigin Origin { get; }

    /// <summary>Its first byte; never behind the one that was asked for.</summary>
    public long From { get; init; }

    /// <summary>Behind its last byte; 0: it ends where its stream ends.</summary>
    public long To { get; init; }

    /// <summary>The file where it is kept or, for <see cref="ShareOrigin.Own"/>, where it is; empty: none.</summary>
    public string Path { get; init; } = "";

    /// <summary>The payload's byte that is the file's first.</summary>
    public long Base { get; init; }

    /// <summary>The bytes, where another node sends them; null else.</summary>
    public Stream? Data { get; init; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _owner?.DisposeAsync() ?? ValueTask.CompletedTask;
}
