namespace CoreNode.Updates.Sharing;

/// <summary>The payload at the update server.</summary>
public interface IServerPayload
{
    /// <summary>Opens a part of it; what goes wrong is thrown as it is.</summary>
    /// <param name="from">Its first byte.</param>
    /// <param name="to">Behind its last byte.</param>
    /// <param name="size">Bytes of the whole payload.</param>
    /// <param name="cancellation">Ends the opening.</param>
    Task<Stream> OpenAsync(long from, long to, long size, CancellationToken cancellation);
}
