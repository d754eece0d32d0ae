using CoreNode.Provision.Model;

namespace CoreNode.Provision.Applying;

/// <summary>What was changed here since the facts were read: there a plan's view of before holds no longer.</summary>
internal sealed class ChangedPaths
{
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wholes = new(StringComparer.Ordinal);

    public void Add(Change change)
    {
        _paths.Add(change.Subject);

        // What lies below is another place now.
        if (change is PutLink or RemovePath)
            _wholes.Add(change.Subject);
    }

    public bool Covers(string path)
    {
        if (_paths.Contains(path))
            return true;
        for (int at = path.LastIndexOf('/'); at > 0 && _wholes.Count > 0; at = path.LastIndexOf('/', at - 1))
        {
            if (_wholes.Contains(path[..at]))
                return true;
        }

        return false;
    }

    public void Clear()
    {
        _paths.Clear();
        _wholes.Clear();
    }
}
