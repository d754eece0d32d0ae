using CoreNode.Documents;

namespace CoreNode.Provision.Model;

/// <summary>A link that shall be there.</summary>
public sealed record DesiredLink(string Path, string Target)
{
    /// <summary>A second name of the file instead of a symbolic link.</summary>
    public bool IsHard { get; init; }

    /// <summary>Something else of that name gives way; false: it is an error.</summary>
    public bool Replaces { get; init; }

    /// <summary>Owner by name or number; null: root.</summary>
    public string? User { get; init; }

    /// <summary>Group by name or number; null: root.</summary>
    public string? Group { get; init; }

    /// <summary>Which input and key wants it.</summary>
    public string From { get; init; } = "";

    /// <summary>Where that stands.</summary>
    public TextPlace Place { get; init; }
}
