using System.Runtime.CompilerServices;
using CoreNode.Api.Fleet.Machines;
using CoreNode.Units.Manager;

namespace CoreNode.Hosting.Wiring;

/// <summary>
/// The units of this machine as the surfaces ask for them. There are none before units are used in the cluster: until
/// then nothing here runs.
/// </summary>
internal sealed class LocalUnits : IMachineUnits
{
    private volatile UnitRunning? _running;

    /// <summary>From now on these answer.</summary>
    public void Bind(UnitRunning running) => _running = running;

    /// <inheritdoc/>
    public UnitReport? Find(string unit)
    {
        if (_running is not { } running || !running.Manager.Units.TryGetValue(unit, out UnitObservation? seen))
            return null;
        return new UnitReport(seen.States)
        {
            Result = seen.Result,
            MainPid = seen.MainPid,
            ExitStatus = seen.ExitStatus,
            Since = seen.Since,
            Restarts = seen.Restarts,
            MemoryBytes = seen.MemoryBytes,
            ProcessorTime = seen.ProcessorTime,
        };
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalLine> ReadJournalAsync(
        string unit, int lines, bool isFollowing, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (_running is not { } running)
            yield break;
        IAsyncEnumerator<JournalEntry> entries = running.Journal
            .ReadAsync(new JournalQuery(unit, lines, isFollowing), cancellation).GetAsyncEnumerator(cancellation);
        await using (entries.ConfigureAwait(false))
        {
            while (await NextAsync(entries))
            {
                JournalEntry entry = entries.Current;
                yield return new JournalLine(
                    entry.Time, entry.Message, entry.Priority, entry.Identifier, entry.Pid);
            }
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<JournalEntry> entries)
    {
        try
        {
            return await entries.MoveNextAsync();
        }
        catch (UnitManagerException fault)
        {
            throw new IOException(fault.Message, fault);
        }
    }
}
