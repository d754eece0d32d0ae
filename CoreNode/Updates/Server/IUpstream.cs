namespace CoreNode.Updates.Server;

/// <summary>How update servers elsewhere are reached. Faults are <see cref="IOException"/>.</summary>
public interface IUpstream
{
    /// <summary>Sends a request of Omaha; gives the body of the answer, which is bounded.</summary>
    Task<byte[]> AskAsync(Uri server, byte[] request, CancellationToken cancellation);

    /// <summary>Fetches a file; the stream ends where the file does, or throws.</summary>
    Task<Stream> FetchAsync(Uri file, CancellationToken cancellation);
}
