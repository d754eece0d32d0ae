namespace CoreNode.Cluster;

/// <summary>
/// How many writes, and how many bytes of them, wait for their answer: from the request until it is completed. New
/// ones are refused at the limit, so that a slow disk fills no heap. Any thread.
/// </summary>
internal sealed class ProposalLoad(int mostProposals, long mostBytes)
{
    private long _proposals;
    private long _bytes;

    /// <summary>True if no more may be accepted now.</summary>
    internal bool IsAtLimit =>
        Interlocked.Read(ref _proposals) >= mostProposals || Interlocked.Read(ref _bytes) >= mostBytes;

    internal void Add(int bytes)
    {
        Interlocked.Increment(ref _proposals);
        Interlocked.Add(ref _bytes, bytes);
    }

    internal void Remove(int bytes)
    {
        Interlocked.Decrement(ref _proposals);
        Interlocked.Add(ref _bytes, -bytes);
    }
}
