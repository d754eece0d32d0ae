using System.Collections.Concurrent;
using CoreNode.Wal;

namespace CoreNode.Tests.Wal;

/// <summary>Keeps what the Wal thread tells, for a test to await.</summary>
internal sealed class RecordingOwner : IWalOwner, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly BlockingCollection<object> _told = [];

    public void Persisted(long appendNumber) => _told.Add(appendNumber);

    public void Failed(Exception fault) => _told.Add(fault);

    public void DiskFullChanged(bool isFull) => _told.Add(isFull);

    /// <summary>The next thing told.</summary>
    public object Next()
    {
        Assert.That(_told.TryTake(out object? told, s_patience), Is.True, "the Wal thread told nothing");
        return told!;
    }

    /// <summary>Takes what is told until that append is persisted; returns all of it.</summary>
    public IReadOnlyList<object> UntilPersisted(long appendNumber)
    {
        List<object> told = [];
        do
        {
            told.Add(Next());
        }
        while (told[^1] is not long number || number < appendNumber);
        return told;
    }

    /// <summary>What was told and not yet taken.</summary>
    public IReadOnlyList<object> Rest() => [.. _told];

    public void Dispose() => _told.Dispose();
}
