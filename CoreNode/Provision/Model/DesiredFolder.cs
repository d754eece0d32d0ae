using CoreNode.Documents;

namespace CoreNode.Provision.Model;

/// <summary>A folder that shall be there.</summary>
public sealed record DesiredFolder(string Path)
{
    /// <summary>Permission bits; null: 0755 for a new one, else as they are.</summary>
    public int? Mode { get; init; }

    /// <summary>Owner by name or number; null: root for a new one, else as it is.</summary>
    public string? User { get; init; }

    /// <summary>Group by name or number; null: root for a new one, else as it is.</summary>
    public string? Group { get; init; }

    /// <summary>Something else of that name gives way.</summary>
    public bool Replaces { get; init; }

    /// <summary>Which input and key wants it.</summary>
    public string From { get; init; } = "";

    /// <summary>Where that stands.</summary>
    public TextPlace Place { get; init; }
}
