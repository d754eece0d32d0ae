namespace CoreNode.Updates.Sharing;

/// <summary>The way to other nodes. Any thread.</summary>
public interface IPayloadPeers
{
    /// <summary>
    /// Asks a node; what it answers is read as it comes, and disposing it ends the request.
    /// </summary>
    /// <param name="keeper">The node.</param>
    /// <param name="question">What is asked: one line.</param>
    /// <param name="cancellation">Gives up, also while the answer is read.</param>
    /// <exception cref="IOException">It cannot be reached, or refuses this node.</exception>
    Task<IPayloadAnswer> AskAsync(Keeper keeper, ReadOnlyMemory<byte> question, CancellationToken cancellation);
}
