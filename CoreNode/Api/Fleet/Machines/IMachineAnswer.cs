namespace CoreNode.Api.Fleet.Machines;

/// <summary>What a machine answers. Disposing it before its end ends the question. One reader.</summary>
public interface IMachineAnswer : IAsyncDisposable
{
    /// <summary>
    /// The answer; reading it throws an <see cref="IOException"/> with the machine's words where it failed, or where
    /// the connection broke.
    /// </summary>
    Stream Body { get; }
}
