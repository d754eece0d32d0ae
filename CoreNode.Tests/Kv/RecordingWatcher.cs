using CoreNode.Store;

namespace CoreNode.Tests.Kv;

/// <summary>Keeps what it is told, up to a capacity.</summary>
internal sealed class RecordingWatcher(int capacity = 100) : IWatcher
{
    private readonly List<string> _told = [];

    public KeyError? Error { get; set; }

    public IReadOnlyList<string> Told => _told;

    public bool Offer(KeyEvent change)
    {
        if (_told.Count == capacity)
            return false;
        _told.Add(KvHarness.Text(change));
        return true;
    }
}
