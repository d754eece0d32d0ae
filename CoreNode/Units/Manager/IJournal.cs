namespace CoreNode.Units.Manager;

/// <summary>What units of this machine wrote. Any thread.</summary>
public interface IJournal
{
    /// <summary>
    /// Entries of a unit, oldest first; with <see cref="JournalQuery.IsFollowing"/> it goes on until cancelled.
    /// </summary>
    /// <exception cref="UnitManagerException">The journal cannot be read.</exception>
    IAsyncEnumerable<JournalEntry> ReadAsync(JournalQuery query, CancellationToken cancellation);
}
