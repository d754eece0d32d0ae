using CoreNode.Documents;

namespace CoreNode.Provision.Model;

/// <summary>A group.</summary>
public sealed record DesiredGroup(string Name)
{
    /// <summary>Its number; null: a free one.</summary>
    public uint? Number { get; init; }

    /// <summary>Its number is below 1000.</summary>
    public bool IsSystem { get; init; }

    /// <summary>Its password as crypt(3) hash; null: none. Secret.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>False: it shall not be there.</summary>
    public bool ShouldExist { get; init; } = true;

    /// <summary>Which input and key wants it.</summary>
    public string From { get; init; } = "";

    /// <summary>Where that stands.</summary>
    public TextPlace Place { get; init; }
}
