using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>Where a path leads: the folder of its last name, held open, and what is to be known of the way.</summary>
internal sealed class Spot(SafeFileHandle folder, NodeState state) : IDisposable
{
    /// <summary>That folder, opened to name it; where some are <see cref="Missing"/> the last that is there.</summary>
    public SafeFileHandle Folder { get; } = folder;

    /// <summary>Its state when it was come by.</summary>
    public NodeState State { get; } = state;

    /// <summary>The path that was asked for.</summary>
    public string Path { get; init; } = "";

    /// <summary>The last name of it; "" for the root.</summary>
    public string Name { get; init; } = "";

    /// <summary>The folder's own path below the root, without links: "/" or "/a/b".</summary>
    public string Real { get; init; } = "/";

    /// <summary>Folders on the way that are not there.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Somebody other than root may change names in it or in a folder on the way to it.</summary>
    public bool IsExposed { get; init; }

    /// <summary>Why the way ends here; "": it does not.</summary>
    public string Refusal { get; init; } = "";

    /// <summary>Where the path leads without links.</summary>
    public string Full
    {
        get
        {
            string way = Real == "/" ? "" : Real;
            foreach (string name in Missing)
                way += "/" + name;
            return $"{way}/{Name}";
        }
    }

    public void Dispose() => Folder.Dispose();
}
