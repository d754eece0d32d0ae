using CoreNode.Overlay.Model;

namespace CoreNode.Overlay;

/// <summary>The last things that went wrong, newest first. One owner.</summary>
internal sealed class Faults
{
    private const int Most = 10;

    private readonly List<OverlayFault> _faults = [];

    public IReadOnlyList<OverlayFault> All => [.. _faults];

    /// <summary>Notes one; false if it is the last one again.</summary>
    public bool Add(DateTimeOffset at, string reason)
    {
        bool isNew = _faults.Count == 0 || _faults[0].Reason != reason;
        if (!isNew)
            _faults.RemoveAt(0);
        _faults.Insert(0, new OverlayFault(at, reason));
        if (_faults.Count > Most)
            _faults.RemoveAt(Most);
        return isNew;
    }
}
