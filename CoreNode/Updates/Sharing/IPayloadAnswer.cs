namespace CoreNode.Updates.Sharing;

/// <summary>What another node answers. One reader.</summary>
public interface IPayloadAnswer : IAsyncDisposable
{
    /// <summary>A line, then bytes; asynchronous reads only, <see cref="IOException"/> for what goes wrong.</summary>
    Stream Body { get; }
}
