namespace CoreNode.Updates.Client.Exchange;

/// <summary>A payload on its way. Owned by one reader, who disposes it.</summary>
public sealed class PayloadDownload : IDisposable
{
    private readonly ServerConnection _connection;

    internal PayloadDownload(Stream body, ServerConnection connection) => (Body, _connection) = (body, connection);

    /// <summary>Its bytes; asynchronous reads only, <see cref="TransferException"/> for what goes wrong.</summary>
    public Stream Body { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Body.Dispose();
        _connection.Dispose();
    }
}
