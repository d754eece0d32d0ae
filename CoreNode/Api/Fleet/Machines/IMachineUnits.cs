namespace CoreNode.Api.Fleet.Machines;

/// <summary>The units of this very machine, as its unit manager and its journal tell them. Any thread.</summary>
public interface IMachineUnits
{
    /// <summary>How a unit stands here; null if this machine does not have it.</summary>
    UnitReport? Find(string unit);

    /// <summary>
    /// What it wrote here, oldest first: the last <paramref name="lines"/> entries (0: all), and with
    /// <paramref name="isFollowing"/> what it writes from then on, until cancelled.
    /// </summary>
    /// <exception cref="IOException">The journal cannot be read; the message says why.</exception>
    IAsyncEnumerable<JournalLine> ReadJournalAsync(
        string unit, int lines, bool isFollowing, CancellationToken cancellation);
}
