using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>A file of SSH keys as it is now.</summary>
internal sealed class KeyFile
{
    /// <summary>Reads it from the facts; a link is none.</summary>
    public KeyFile(MachineView view, string path)
    {
        Path = path;
        PathFact fact = view.At(path);
        IsThere = fact.Kind == PathKind.File;
        Lines = IsThere && fact.Content is { } content ? RawText.Lines(RawText.Of(content)) : [];
        foreach (string line in Lines)
        {
            string key = line.Trim();
            if (key.Length > 0 && key[0] != '#')
                Keys.Add(key);
        }
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>It is a file.</summary>
    public bool IsThere { get; }

    /// <summary>All lines.</summary>
    public List<string> Lines { get; }

    /// <summary>The keys among them.</summary>
    public List<string> Keys { get; } = [];
}
